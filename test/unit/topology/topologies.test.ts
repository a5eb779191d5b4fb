import assert from "node:assert/strict";
import { parseMesh, planMesh, type MeshConfig, type MeshPlan } from "../../../topology";
import { externals, meshOf } from "./meshes";

function planOf(config: MeshConfig): MeshPlan {
  return planMesh(parseMesh(config));
}

/** What a cluster is in a mesh: its model, whose istiod serves it, whether it has a gateway, whom it reaches. */
type Cluster = readonly [model: string, controlPlane: string, gateway: "gateway" | "no gateway", reaches: string];

/** What an istiod does: for whom, whom it reads, whether others reach it. */
type ControlPlane = readonly [serves: string, reads: string, exposed: "exposed" | "hidden"];

interface Topology {
  readonly config: MeshConfig;
  readonly clusters: Readonly<Record<string, Cluster>>;
  readonly controlPlanes: Readonly<Record<string, ControlPlane>>;
}

const topologies: Readonly<Record<string, Topology>> = {
  "multi-primary, one network": {
    config: meshOf({ east: {}, west: {} }),
    clusters: {
      east: ["multi-primary", "east", "no gateway", "east west"],
      west: ["multi-primary", "west", "no gateway", "east west"],
    },
    controlPlanes: { east: ["east", "west", "hidden"], west: ["west", "east", "hidden"] },
  },
  "multi-primary, several networks": {
    config: meshOf({ east: { network: "east" }, west: { network: "west" } }),
    clusters: {
      east: ["multi-primary-multi-network", "east", "gateway", "east west"],
      west: ["multi-primary-multi-network", "west", "gateway", "east west"],
    },
    controlPlanes: { east: ["east", "west", "hidden"], west: ["west", "east", "hidden"] },
  },
  "primary-remote, one network": {
    config: meshOf({ east: {}, edge: { controlPlane: "east" } }),
    clusters: {
      east: ["primary-remote", "east", "no gateway", "east edge"],
      edge: ["primary-remote", "east", "no gateway", "east edge"],
    },
    controlPlanes: { east: ["east edge", "edge", "exposed"] },
  },
  "primary-remote, several networks": {
    config: meshOf({ east: { network: "east" }, edge: { network: "edge", controlPlane: "east" } }),
    clusters: {
      east: ["primary-remote-multi-network", "east", "gateway", "east edge"],
      edge: ["primary-remote-multi-network", "east", "gateway", "east edge"],
    },
    controlPlanes: { east: ["east edge", "edge", "exposed"] },
  },
  "external control plane": {
    config: meshOf(
      { east: { network: "east", controlPlane: "control" }, west: { network: "west", controlPlane: "control" } },
      { externalControlPlanes: externals({ control: {} }) },
    ),
    clusters: {
      east: ["external-control-plane-multi-network", "control", "gateway", "east west"],
      west: ["external-control-plane-multi-network", "control", "gateway", "east west"],
    },
    controlPlanes: { control: ["east west", "west", "exposed"] },
  },
  "mixed, five clusters": {
    config: meshOf({
      east: {},
      north: {},
      west: { network: "network2" },
      edge: { network: "network2", controlPlane: "west" },
      branch: { controlPlane: "east" },
    }),
    clusters: {
      branch: ["primary-remote-multi-network", "east", "gateway", "branch east edge north west"],
      east: ["multi-primary-multi-network", "east", "gateway", "branch east edge north west"],
      edge: ["primary-remote-multi-network", "west", "gateway", "branch east edge north west"],
      north: ["multi-primary-multi-network", "north", "gateway", "branch east edge north west"],
      west: ["multi-primary-multi-network", "west", "gateway", "branch east edge north west"],
    },
    controlPlanes: {
      east: ["branch east", "branch edge north west", "exposed"],
      north: ["north", "branch east edge west", "hidden"],
      west: ["edge west", "branch east edge north", "exposed"],
    },
  },
  "one cluster alone": {
    config: meshOf({ east: {} }),
    clusters: { east: ["single-cluster", "east", "no gateway", "east"] },
    controlPlanes: { east: ["east", "", "hidden"] },
  },
};

describe("topologies", () => {
  for (const [name, { config, clusters, controlPlanes }] of Object.entries(topologies)) {
    it(name, () => {
      const plan = planOf(config);
      assert.deepEqual(
        plan.clusters.map((cluster) => [
          cluster.name,
          [
            cluster.model,
            cluster.controlPlane,
            cluster.eastWestGateway === undefined ? "no gateway" : "gateway",
            cluster.reaches.join(" "),
          ],
        ]),
        Object.entries(clusters),
      );
      assert.deepEqual(
        plan.controlPlanes.map(({ name: where, serves, reads, exposed }) => [
          where,
          [serves.join(" "), reads.join(" "), exposed === undefined ? "hidden" : "exposed"],
        ]),
        Object.entries(controlPlanes),
      );
      assert.ok(plan.controlPlanes.every(({ fixedNetworks }) => Object.keys(fixedNetworks).length === 0));
    });
  }

  it("tell primaries from remotes, and which cluster's name an istiod bears", () => {
    const config = meshOf(
      {
        east: {},
        edge: { controlPlane: "east" },
        north: { controlPlane: "control" },
        west: { controlPlane: "control" },
      },
      { externalControlPlanes: externals({ control: { configCluster: "west" } }) },
    );
    const plan = planOf(config);
    assert.deepEqual(
      plan.clusters.map(({ name, role, configCluster }) => [name, role, configCluster]),
      [
        ["east", "primary", "east"],
        ["edge", "remote", "east"],
        ["north", "remote", "west"],
        ["west", "remote", "west"],
      ],
    );
    assert.deepEqual(
      plan.controlPlanes.map(({ name, kind, configCluster, reads }) => [name, kind, configCluster, reads]),
      [
        ["control", "external", "west", ["east", "edge", "north"]],
        ["east", "primary", "east", ["edge", "north", "west"]],
      ],
    );
    assert.deepEqual(
      plan.externalControlPlanes.map(({ name, path }) => [name, path]),
      [["control", "isthmus:mesh.externalControlPlanes.control"]],
    );
  });

  it("take the first cluster by name for an external control plane that names none", () => {
    const config = meshOf(
      { west: { controlPlane: "control" }, east: { controlPlane: "control" } },
      { externalControlPlanes: externals({ control: {} }) },
    );
    assert.equal(planOf(config).controlPlanes[0]?.configCluster, "east");
  });

  it("are not misled by a cluster that is called like what every JavaScript object has", () => {
    const plan = planOf(meshOf({ constructor: {}, "to-string": { controlPlane: "constructor" } }));
    assert.deepEqual(
      plan.controlPlanes.map(({ name, kind, serves }) => [name, kind, serves]),
      [["constructor", "primary", ["constructor", "to-string"]]],
    );
  });
});

describe("peers", () => {
  it("are read beside the clusters that are served, and decide who needs a gateway", () => {
    const plan = planOf(
      meshOf({
        a: { network: "a", peers: ["b"] },
        "a-remote": { network: "a", controlPlane: "a" },
        b: { network: "b", peers: [] },
        c: { network: "c", peers: [] },
      }),
    );
    assert.deepEqual(
      plan.controlPlanes.map(({ name, reads }) => [name, reads]),
      [
        ["a", ["a-remote", "b"]],
        ["b", []],
        ["c", []],
      ],
    );
    assert.deepEqual(
      plan.clusters.filter(({ eastWestGateway }) => eastWestGateway !== undefined).map(({ name }) => name),
      ["b"],
    );
  });
});

describe("fixed addresses", () => {
  const nodePort = { type: "NodePort" as const, addresses: ["203.0.113.10", "203.0.113.11"], port: 31443 };
  const config = meshOf({
    east: { network: "east" },
    edge: { network: "west", controlPlane: "west" },
    west: { network: "west", eastWestGateway: nodePort },
  });
  const west = {
    clusters: ["edge", "west"],
    gateways: nodePort.addresses.map((address) => ({ address, port: 31443 })),
  };

  it("are told to every istiod that knows the network, with all clusters that it knows there", () => {
    assert.deepEqual(
      planOf(config).controlPlanes.map(({ name, fixedNetworks }) => [name, fixedNetworks]),
      [
        ["east", { west }],
        ["west", { west }],
      ],
    );
  });

  it("are told once where one stands before the gateways of two clusters", () => {
    const eastWestGateway = { addresses: ["203.0.113.10"] };
    const shared = meshOf({
      east: { network: "east" },
      edge: { network: "west", eastWestGateway },
      west: { network: "west", eastWestGateway },
    });
    assert.deepEqual(planOf(shared).controlPlanes[0]?.fixedNetworks["west"]?.gateways, [
      { address: "203.0.113.10", port: 15443 },
    ]);
  });

  it("are both told where two gateways share one and differ in the port", () => {
    const eastWestGateway = { addresses: ["203.0.113.10"] };
    const shared = meshOf({
      east: { network: "east" },
      edge: { network: "west", eastWestGateway },
      west: { network: "west", eastWestGateway: { ...eastWestGateway, port: 15444 } },
    });
    assert.deepEqual(planOf(shared).controlPlanes[0]?.fixedNetworks["west"]?.gateways, [
      { address: "203.0.113.10", port: 15443 },
      { address: "203.0.113.10", port: 15444 },
    ]);
  });

  it("count for nothing where no other network calls", () => {
    const flat = meshOf({ east: {}, west: { eastWestGateway: nodePort } });
    assert.deepEqual(
      planOf(flat).controlPlanes.map(({ fixedNetworks }) => fixedNetworks),
      [{}, {}],
    );
  });
});
