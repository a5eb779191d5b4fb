import { parseMesh, planMesh, type MeshConfig, type MeshPlan } from "../../topology";

const istio = { version: "1.31.1", charts: { directory: "charts" } };

/** A valid mesh of two primaries on two networks, as the development stack declares it. */
export const twoPrimaries = {
  id: "mesh1",
  istio,
  clusters: {
    east: { network: "east", access: { context: "lab-east" } },
    west: { network: "west", access: { context: "lab-west" } },
  },
} satisfies MeshConfig;

/** A primary and a remote on one network. */
export const primaryRemote = {
  id: "mesh1",
  istio,
  clusters: {
    edge: { network: "west", controlPlane: "west", access: { context: "lab-edge" } },
    west: { network: "west", access: { context: "lab-west" } },
  },
} satisfies MeshConfig;

/** A primary and a remote on networks of their own. */
export const primaryRemoteNetworks = {
  ...primaryRemote,
  clusters: { ...primaryRemote.clusters, edge: { ...primaryRemote.clusters.edge, network: "edge" } },
} satisfies MeshConfig;

/** One cluster whose istiod runs in a cluster that is no part of the mesh. */
export const externalControlPlane = {
  id: "mesh1",
  istio,
  clusters: { east: { network: "east", controlPlane: "control", access: { context: "lab-east" } } },
  externalControlPlanes: { control: { access: { context: "lab-control" } } },
} satisfies MeshConfig;

/** Two clusters on networks of their own that share an external control plane. */
export const sharedExternalControlPlane = {
  ...externalControlPlane,
  clusters: {
    ...externalControlPlane.clusters,
    west: { network: "west", controlPlane: "control", access: { context: "lab-west" } },
  },
} satisfies MeshConfig;

/** An external control plane whose configuration lies in a cluster that no other network calls, beside one that is called. */
export const quietConfiguration = {
  id: "mesh1",
  istio,
  clusters: {
    east: { network: "a", controlPlane: "control", access: { context: "lab-east" } },
    edge: { network: "a", controlPlane: "control", access: { context: "lab-edge" } },
    west: { network: "b", peers: ["edge"], access: { context: "lab-west" } },
  },
  externalControlPlanes: { control: { configCluster: "east", access: { context: "lab-control" } } },
} satisfies MeshConfig;

/** Three primaries on two networks, and two remotes of different primaries. */
export const mixed = {
  id: "mesh1",
  istio,
  clusters: {
    p1: { network: "a", access: { context: "lab-p1" } },
    p2: { network: "a", access: { context: "lab-p2" } },
    p3: { network: "b", access: { context: "lab-p3" } },
    r1: { network: "b", controlPlane: "p1", access: { context: "lab-r1" } },
    r3: { network: "b", controlPlane: "p3", access: { context: "lab-r3" } },
  },
} satisfies MeshConfig;

/** Two primaries whose gateways are reached at addresses that somebody else gave: by node ports, and through a proxy. */
export const fixedGateways = {
  id: "mesh1",
  istio,
  clusters: {
    east: {
      network: "east",
      access: { context: "lab-east" },
      eastWestGateway: { type: "NodePort", addresses: ["203.0.113.10", "203.0.113.11"], port: 31443 },
    },
    west: {
      network: "west",
      access: { context: "lab-west" },
      eastWestGateway: { addresses: ["gateway.west.example.org"] },
    },
  },
} satisfies MeshConfig;

/** A mesh of so many primaries, each on a network of its own. */
export function primaries(count: number): MeshConfig {
  const names = Array.from({ length: count }, (_unused, index) => `c${String(index).padStart(3, "0")}`);
  return {
    id: "mesh1",
    istio,
    clusters: Object.fromEntries(names.map((name) => [name, { network: name, access: { context: name } }])),
  };
}

/** Every way to join clusters, by a name for the tests of what must hold in all of them. */
export const topologies: Readonly<Record<string, MeshConfig>> = {
  "two primaries": twoPrimaries,
  "a primary and a remote on one network": primaryRemote,
  "a primary and a remote on two networks": primaryRemoteNetworks,
  "an external control plane": externalControlPlane,
  "an external control plane for two clusters": sharedExternalControlPlane,
  "a configuration cluster that no other network calls": quietConfiguration,
  "three primaries and two remotes": mixed,
  "fixed gateways": fixedGateways,
};

/** The plan of a configuration that is known to be valid. */
export function planOf(config: MeshConfig): MeshPlan {
  return planMesh(parseMesh(config));
}
