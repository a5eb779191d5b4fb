import assert from "node:assert/strict";
import fc from "fast-check";
import { parseMesh, planMesh, publicChartRepository, type MeshConfig, type MeshPlan } from "../../../topology";
import { validConfig } from "./arbitraries";

function plan(config: MeshConfig): MeshPlan {
  return planMesh(parseMesh(config));
}

function mesh(...networks: readonly string[]): MeshConfig {
  const clusters = networks.map(
    (network, index) => [`c${index}`, { network, access: { context: `k${index}` } }] as const,
  );
  return { id: "mesh1", istio: { version: "1.31.1" }, clusters: Object.fromEntries(clusters) };
}

describe("planMesh", () => {
  it("names the model as Istio's pages do", () => {
    for (const [networks, model, eastWestGateway] of [
      [["a"], "single-cluster", false],
      [["a", "a"], "multi-primary", false],
      [["a", "b"], "multi-primary-multi-network", true],
      [["a", "a", "b"], "multi-primary-multi-network", true],
    ] as const) {
      const { clusters } = plan(mesh(...networks));
      assert.deepEqual(
        clusters.map((cluster) => [cluster.model, cluster.eastWestGateway]),
        networks.map(() => [model, eastWestGateway]),
      );
    }
  });

  it("takes the defaults that follow from other values", () => {
    const { trustDomain, istio } = plan(mesh("a"));
    assert.equal(trustDomain, "mesh1.internal");
    assert.deepEqual(istio, {
      version: "1.31.1",
      charts: { repository: publicChartRepository },
      hub: "docker.io/istio",
      tag: "1.31.1",
      values: { base: {}, istiod: {}, gateway: {} },
    });
  });

  it("says where the configuration names a cluster's kubeconfig", () => {
    const config: MeshConfig = { ...mesh("a", "a"), kubeconfig: "mesh.yaml" };
    config.clusters["c1"] = { network: "a", access: { context: "k1", kubeconfig: "own.yaml" } };
    assert.deepEqual(
      plan(config).clusters.map(({ access }) => access),
      [
        { context: "k0", kubeconfig: "mesh.yaml", kubeconfigPath: "isthmus:mesh.kubeconfig" },
        { context: "k1", kubeconfig: "own.yaml", kubeconfigPath: "isthmus:mesh.clusters.c1.access.kubeconfig" },
      ],
    );
    assert.deepEqual(plan(mesh("a")).clusters[0]?.access, { context: "k0" });
  });

  it("lists every cluster once, by name, whatever the order they were written in", () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        const names = plan(config).clusters.map(({ name }) => name);
        assert.deepEqual(names, Object.keys(config.clusters).sort());
        const reversed = { ...config, clusters: Object.fromEntries(Object.entries(config.clusters).reverse()) };
        assert.deepEqual(plan(reversed), plan(config));
      }),
    );
  });

  it("lets clusters read each other, never themselves, each once", () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        const { clusters } = plan(config);
        const reads = new Map(clusters.map((cluster) => [cluster.name, cluster.reads]));
        for (const { name, controlPlane, reads: others } of clusters) {
          assert.equal(controlPlane, name);
          assert.ok(!others.includes(name));
          assert.deepEqual([...others], [...new Set(others)].sort());
          for (const other of others) assert.ok(reads.get(other)?.includes(name), `${other} does not read ${name}`);
          assert.equal(others.length, clusters.length - 1);
        }
      }),
    );
  });

  it("gives every cluster of several networks an east-west gateway, and none otherwise", () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        const { clusters } = plan(config);
        const several = new Set(clusters.map(({ network }) => network)).size > 1;
        assert.ok(clusters.every(({ eastWestGateway }) => eastWestGateway === several));
      }),
    );
  });

  it("grows with the number of clusters, but for whom each one reads", () => {
    const size = (count: number): number => {
      const networks = Array.from({ length: count }, (_, index) => `net${index % 10}`);
      const { clusters } = plan(mesh(...networks));
      return JSON.stringify(clusters.map((cluster) => ({ ...cluster, reads: [] }))).length / count;
    };
    assert.ok(size(800) < size(100) * 1.1, `${size(800)} characters a cluster for 800, ${size(100)} for 100`);
  });
});
