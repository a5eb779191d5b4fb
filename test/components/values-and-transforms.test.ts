import assert from "node:assert/strict";
import type { MeshConfig } from "../../topology";
import { mixed, sharedExternalControlPlane, twoPrimaries } from "../support/plans";
import { find, updateOf, valuesOf } from "./support";

describe("Values of one cluster", () => {
  const config: MeshConfig = {
    ...twoPrimaries,
    istio: {
      ...twoPrimaries.istio,
      values: { istiod: { autoscaleMin: 2, env: { A: "mesh" } }, gateway: { replicaCount: 2 } },
    },
    clusters: {
      ...twoPrimaries.clusters,
      west: {
        ...twoPrimaries.clusters.west,
        values: { istiod: { env: { A: "west" } }, gateway: { replicaCount: 3 }, base: { enableCRDTemplates: false } },
      },
    },
  };

  it("are laid over the mesh's, and are nobody else's", async () => {
    const resources = await updateOf(config);
    const istiod = (cluster: string): unknown => {
      const { autoscaleMin, env } = valuesOf(resources, `mesh-${cluster}-control-plane-istiod`);
      return { autoscaleMin, env };
    };
    assert.deepEqual(istiod("east"), { autoscaleMin: 2, env: { A: "mesh" } });
    assert.deepEqual(istiod("west"), { autoscaleMin: 2, env: { A: "west" } });
    assert.equal(valuesOf(resources, "mesh-east-gateway-release")["replicaCount"], 2);
    assert.equal(valuesOf(resources, "mesh-west-gateway-release")["replicaCount"], 3);
    assert.deepEqual(valuesOf(resources, "mesh-east-control-plane-base"), {});
    assert.deepEqual(valuesOf(resources, "mesh-west-control-plane-base"), { enableCRDTemplates: false });
  });

  it("reach the charts of a remote cluster, and an external control plane's reach it alone", async () => {
    const { east, west } = sharedExternalControlPlane.clusters;
    const { control } = sharedExternalControlPlane.externalControlPlanes;
    const resources = await updateOf({
      ...sharedExternalControlPlane,
      clusters: { east, west: { ...west, values: { istiod: { global: { imagePullPolicy: "Always" } } } } },
      externalControlPlanes: { control: { ...control, values: { istiod: { autoscaleMin: 3 } } } },
    });
    const policy = (cluster: string): unknown =>
      (valuesOf(resources, `mesh-${cluster}-control-plane-istiod`)["global"] as Record<string, unknown>)[
        "imagePullPolicy"
      ];
    assert.deepEqual(["control", "east", "west"].map(policy), [undefined, undefined, "Always"]);
    assert.deepEqual(
      ["control", "east", "west"].map(
        (cluster) => valuesOf(resources, `mesh-${cluster}-control-plane-istiod`)["autoscaleMin"],
      ),
      [3, undefined, undefined],
    );
  });
});

describe("Pull secrets", () => {
  it("reach istiod, whose pods they make anew, and the gateways, of every cluster by its own names", async () => {
    const resources = await updateOf({
      ...twoPrimaries,
      istio: { ...twoPrimaries.istio, imagePullSecrets: ["registry"] },
      clusters: {
        ...twoPrimaries.clusters,
        west: { ...twoPrimaries.clusters.west, imagePullSecrets: ["mirror", "registry"] },
      },
    });
    const istiod = (cluster: string): unknown => {
      const { global, podAnnotations } = valuesOf(resources, `mesh-${cluster}-control-plane-istiod`);
      return [(global as Record<string, unknown>)["imagePullSecrets"], podAnnotations];
    };
    const pulledBy = (names: string): object => ({ "isthmus.dev/image-pull-secrets": names });
    assert.deepEqual(istiod("east"), [["registry"], pulledBy("registry")]);
    assert.deepEqual(istiod("west"), [["mirror", "registry"], pulledBy("mirror,registry")]);
    const gateway = (cluster: string): unknown =>
      valuesOf(resources, `mesh-${cluster}-gateway-release`)["imagePullSecrets"];
    assert.deepEqual(gateway("east"), [{ name: "registry" }]);
    assert.deepEqual(gateway("west"), [{ name: "mirror" }, { name: "registry" }]);
  });

  it("are in no chart's values where none are named", async () => {
    const resources = await updateOf(twoPrimaries);
    const istiod = valuesOf(resources, "mesh-east-control-plane-istiod");
    assert.equal(JSON.stringify(istiod).includes("imagePull"), false);
    assert.equal("podAnnotations" in istiod, false);
    assert.equal("imagePullSecrets" in valuesOf(resources, "mesh-east-gateway-release"), false);
  });
});

describe("Transforms", () => {
  for (const [topology, config, clusters, external] of [
    ["primaries and remotes", mixed, ["p1", "p2", "p3", "r1", "r3"], []],
    ["an external control plane", sharedExternalControlPlane, ["east", "west"], ["control"]],
  ] as const) {
    it(`have the last word on every release: ${topology}`, async () => {
      const resources = await updateOf(config, {
        transforms: {
          base: (args, cluster) => ({ ...args, description: `base of ${cluster}` }),
          istiod: (args, cluster) => ({ ...args, description: `istiod of ${cluster}`, timeout: 600 }),
          gateway: (args, cluster) => ({ ...args, description: `gateway of ${cluster}` }),
        },
      });
      const releases = resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
      assert.deepEqual(
        releases.map(({ name, inputs }) => [name, inputs["description"]]).sort(),
        [
          ...clusters.flatMap((cluster) => [
            [`mesh-${cluster}-control-plane-base`, `base of ${cluster}`],
            [`mesh-${cluster}-gateway-release`, `gateway of ${cluster}`],
          ]),
          ...[...clusters, ...external].map((cluster) => [
            `mesh-${cluster}-control-plane-istiod`,
            `istiod of ${cluster}`,
          ]),
        ].sort(),
      );
      assert.equal(find(resources, `mesh-${clusters[0]}-control-plane-istiod`).inputs["timeout"], 600);
      assert.equal(find(resources, `mesh-${clusters[0]}-gateway-release`).inputs["timeout"], 300);
    });
  }
});
