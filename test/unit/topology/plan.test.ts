import assert from "node:assert/strict";
import fc from "fast-check";
import { parseMesh, planMesh, publicChartRepository, type MeshConfig, type MeshPlan } from "../../../topology";
import { validConfig } from "./arbitraries";
import { externals, mesh, meshOf } from "./meshes";

function plan(config: MeshConfig): MeshPlan {
  return planMesh(parseMesh(config));
}

/** Primaries on ten networks. */
function primaries(count: number): MeshConfig {
  return meshOf(
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`c${index}`, { network: `net${index % 10}` }] as const),
    ),
  );
}

/** Fails unless something holds for the plan of every valid configuration. */
function always(holds: (plan: MeshPlan, config: MeshConfig) => void): void {
  fc.assert(fc.property(validConfig, (config) => holds(plan(config), config)));
}

describe("planMesh", () => {
  it("takes the defaults that follow from other values", () => {
    const { trustDomain, istio, replaces } = plan(mesh());
    assert.equal(trustDomain, "mesh1.internal");
    assert.deepEqual(replaces, {});
    const { version, charts, hub, tag, transforms } = istio;
    assert.deepEqual(
      { version, charts, hub, tag, transforms },
      {
        version: "1.31.1",
        charts: { repository: publicChartRepository },
        hub: "docker.io/istio",
        tag: "1.31.1",
        transforms: undefined,
      },
    );
  });

  it("says where the configuration names a cluster's kubeconfig", () => {
    const access = { context: "control", kubeconfig: "control.yaml" };
    const config = meshOf(
      { c0: {}, c1: { access: { context: "k1", kubeconfig: "own.yaml" } }, c2: { controlPlane: "control" } },
      { kubeconfig: "mesh.yaml", externalControlPlanes: externals({ control: { access } }) },
    );
    const { clusters, externalControlPlanes } = plan(config);
    assert.deepEqual(
      [...clusters, ...externalControlPlanes].map(({ access: { context: name, ...site } }) => [
        name,
        site.source === "file" ? [site.kubeconfig, site.kubeconfigPath] : [],
      ]),
      [
        ["lab-c0", ["mesh.yaml", "isthmus:mesh.kubeconfig"]],
        ["k1", ["own.yaml", "isthmus:mesh.clusters.c1.access.kubeconfig"]],
        ["lab-c2", ["mesh.yaml", "isthmus:mesh.kubeconfig"]],
        ["control", ["control.yaml", "isthmus:mesh.externalControlPlanes.control.access.kubeconfig"]],
      ],
    );
    assert.deepEqual(plan(mesh()).clusters[0]?.access, {
      source: "file",
      path: "isthmus:mesh.clusters.east.access.context",
      context: "lab-east",
    });
  });

  it("lays a cluster's values over the mesh's, and leaves the other clusters alone", () => {
    const config = meshOf(
      { east: { values: { istiod: { resources: { limits: { cpu: 1 } } } } }, west: {} },
      { istio: { version: "1.31.1", values: { istiod: { resources: { limits: { cpu: 2, memory: "1Gi" } } } } } },
    );
    const { clusters, controlPlanes } = plan(config);
    for (const sites of [clusters, controlPlanes]) {
      assert.deepEqual(
        sites.map(({ values }) => values.istiod),
        [{ resources: { limits: { cpu: 1, memory: "1Gi" } } }, { resources: { limits: { cpu: 2, memory: "1Gi" } } }],
      );
    }
  });

  it("gives namespaces the labels that decide about injection, in the clusters that have them", () => {
    const namespaces = {
      shop: { labels: { team: "shop" }, annotations: { "example.org/owner": "team shop" } },
      canary: { revision: "default", clusters: ["west", "east"] },
      batch: { injection: "disabled" as const, clusters: ["west"] },
    };
    assert.deepEqual(plan(meshOf({ west: {}, east: {} }, { namespaces })).namespaces, [
      { name: "batch", labels: { "istio-injection": "disabled" }, annotations: {}, clusters: ["west"] },
      { name: "canary", labels: { "istio.io/rev": "default" }, annotations: {}, clusters: ["east", "west"] },
      {
        name: "shop",
        labels: { team: "shop", "istio-injection": "enabled" },
        annotations: { "example.org/owner": "team shop" },
        clusters: ["east", "west"],
      },
    ]);
  });

  it("gives every site the pull secrets of the mesh, or its own, none of them too", () => {
    const istio = { version: "1.31.1", imagePullSecrets: ["registry"] };
    const config = meshOf(
      {
        east: {},
        west: { imagePullSecrets: ["mirror", "registry"] },
        open: { imagePullSecrets: [] },
        edge: { controlPlane: "control" },
      },
      { istio, externalControlPlanes: externals({ control: {} }) },
    );
    const { clusters, controlPlanes, externalControlPlanes } = plan(config);
    const namesIn = (sites: readonly { readonly name: string; readonly imagePullSecrets: readonly string[] }[]) =>
      Object.fromEntries(sites.map(({ name, imagePullSecrets }) => [name, imagePullSecrets.join()]));
    assert.deepEqual(namesIn(clusters), { east: "registry", west: "mirror,registry", open: "", edge: "registry" });
    assert.deepEqual(namesIn(externalControlPlanes), { control: "registry" });
    assert.deepEqual(namesIn(controlPlanes), {
      east: "registry",
      west: "mirror,registry",
      open: "",
      control: "registry",
    });
  });

  it("grows with the number of clusters, but for whom each one reads and reaches", () => {
    const size = (count: number): number => {
      const { clusters, controlPlanes } = plan(primaries(count));
      const lean = [...clusters, ...controlPlanes].map((part) => ({ ...part, reads: [], reaches: [] }));
      return JSON.stringify(lean).length / count;
    };
    assert.ok(size(300) < size(100) * 1.1, `${size(300)} characters a cluster for 300, ${size(100)} for 100`);
  });

  it("is made for 160 clusters in no time", () => {
    const config = parseMesh(primaries(160));
    const started = performance.now();
    planMesh(config);
    assert.ok(performance.now() - started < 2000);
  });
});

describe("the plan of any mesh", () => {
  it("lists everything by name, and is the same in whatever order the file has it", () => {
    always((made, config) => {
      assert.deepEqual(
        made.clusters.map(({ name }) => name),
        Object.keys(config.clusters).sort(),
      );
      assert.deepEqual(plan(reversed(config) as MeshConfig), made);
    });
  });

  it("has every cluster served by exactly one control plane, which the cluster names", () => {
    always(({ clusters, controlPlanes }) => {
      const served = controlPlanes.flatMap(({ name, serves }) => serves.map((cluster) => [cluster, name]));
      assert.deepEqual(
        served.sort(([left = ""], [right = ""]) => (left < right ? -1 : 1)),
        clusters.map(({ name, controlPlane }) => [name, controlPlane]),
      );
    });
  });

  it("lets a control plane read all that its clusters reach but the one that holds its configuration", () => {
    always(({ clusters, controlPlanes }) => {
      for (const { serves, reads, configCluster, kind, name } of controlPlanes) {
        assert.ok(serves.includes(configCluster));
        assert.equal(kind === "primary", configCluster === name);
        for (const cluster of clusters.filter((other) => serves.includes(other.name))) {
          assert.deepEqual(cluster.reaches, [...reads, configCluster].sort());
          assert.equal(cluster.configCluster, configCluster);
        }
        assert.ok(!reads.includes(configCluster));
      }
    });
  });

  it("gives a control plane as many kubeconfigs as its peers and the clusters that it serves ask for", () => {
    always(({ clusters, controlPlanes }, config) => {
      for (const { name, kind, serves, configCluster, reads } of controlPlanes) {
        const { peers } = (kind === "primary" ? config.clusters[name] : config.externalControlPlanes?.[name]) ?? {};
        const asked = peers === undefined ? clusters.map((cluster) => cluster.name) : [...peers, ...serves];
        assert.deepEqual(reads, [...new Set(asked)].filter((cluster) => cluster !== configCluster).sort());
      }
    });
  });

  it("has gateways exactly where a cluster or a machine of another network calls", () => {
    always(({ clusters, machines }) => {
      const ofMachines = machines.map(({ cluster, network }) => {
        return { network, reaches: clusters.find(({ name }) => name === cluster)?.reaches ?? [] };
      });
      for (const called of clusters) {
        const callers = [...clusters, ...ofMachines].filter(({ network, reaches }) => {
          return network !== called.network && reaches.includes(called.name);
        });
        assert.equal(called.eastWestGateway !== undefined, callers.length > 0, called.name);
      }
    });
  });

  it("exposes an istiod exactly where it serves another cluster than its own, or a machine", () => {
    always(({ controlPlanes, machines }) => {
      for (const { name, serves, exposed } of controlPlanes) {
        const isJoined = machines.some(({ cluster }) => cluster === name);
        assert.equal(exposed !== undefined, serves.join() !== name || isJoined, name);
      }
    });
  });

  it("tells a control plane the fixed addresses of all gateways that it knows, and no others", () => {
    always(({ clusters, controlPlanes }) => {
      for (const { serves, reads, fixedNetworks } of controlPlanes) {
        const known = clusters.filter(({ name }) => serves.includes(name) || reads.includes(name));
        const addresses = known.flatMap(({ eastWestGateway }) => eastWestGateway?.addresses ?? []);
        const told = Object.values(fixedNetworks).flatMap(({ gateways }) => gateways.map(({ address }) => address));
        assert.deepEqual(told.sort(), [...addresses].sort());
        for (const [network, fixed] of Object.entries(fixedNetworks)) {
          assert.deepEqual(
            fixed.clusters,
            known.filter((cluster) => cluster.network === network).map(({ name }) => name),
          );
        }
      }
    });
  });

  it("has namespaces only in clusters that there are", () => {
    always(({ clusters, namespaces }) => {
      const names = clusters.map(({ name }) => name);
      for (const namespace of namespaces) {
        assert.ok(namespace.clusters.length > 0);
        assert.deepEqual(
          namespace.clusters,
          names.filter((name) => namespace.clusters.includes(name)),
        );
      }
    });
  });
});

/** The same with the keys of every mapping in the opposite order. Lists keep theirs. */
function reversed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
