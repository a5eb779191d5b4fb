import assert from "node:assert/strict";
import fc from "fast-check";
import { baseValues, externalValues, primaryValues, remoteValues } from "../../../components/internal/helm-values";
import { samenessOf, serviceSettingsOf, sliceOf, type HelmValues, type MeshConfig } from "../../../topology";
import { externalControlPlane, planOf, primaryRemote, twoPrimaries } from "../../support/plans";

type SamenessConfig = NonNullable<MeshConfig["sameness"]>;

const strict: SamenessConfig = { plainServices: "cluster-local", clusterLocal: ["redis.shop"], shared: ["shop"] };

function settingsOf(sameness: SamenessConfig): readonly (readonly [isLocal: boolean, ...hosts: string[]])[] {
  const plan = planOf({ ...twoPrimaries, sameness }).sameness;
  return serviceSettingsOf(plan, "cluster.local").map(({ hosts, settings }) => [settings.clusterLocal, ...hosts]);
}

const meshConfigIn = (values: HelmValues): unknown =>
  (values["meshConfig"] as Readonly<Record<string, unknown>> | undefined)?.["serviceSettings"];

describe("the sameness of Services", () => {
  it("is Istio's own where nothing is said, and no istiod is told anything", () => {
    const plan = planOf(twoPrimaries);
    assert.deepEqual(settingsOf({}), []);
    for (const controlPlane of plan.controlPlanes)
      assert.equal(meshConfigIn(primaryValues(plan, controlPlane)), undefined);
    assert.ok(!("sameness" in sliceOf(plan, "east")), "a part that stands keeps its slice");
  });

  it("is told to istiod by hosts below the clusters' domain", () => {
    assert.deepEqual(settingsOf({ clusterLocal: ["monitoring", "redis.shop"] }), [
      [true, "*.monitoring.svc.cluster.local", "redis.shop.svc.cluster.local"],
    ]);
    assert.deepEqual(settingsOf(strict), [
      [true, "*.svc.cluster.local", "redis.shop.svc.cluster.local"],
      [false, "*.shop.svc.cluster.local"],
    ]);
  });

  it("is told to every istiod, and to the cluster that holds an external one's configuration", () => {
    const expected = [{ settings: { clusterLocal: true }, hosts: ["*.monitoring.svc.example.org"] }];
    const domain = { istiod: { global: { proxy: { clusterDomain: "example.org" } } } };
    const change = { sameness: { clusterLocal: ["monitoring"] }, istio: { version: "1.31.1", values: domain } };
    const primary = planOf({ ...primaryRemote, ...change });
    const [leader] = primary.controlPlanes;
    const edge = primary.clusters.find(({ name }) => name === "edge");
    assert.ok(leader !== undefined && edge !== undefined);
    assert.deepEqual(meshConfigIn(primaryValues(primary, leader)), expected);
    assert.equal(meshConfigIn(remoteValues(primary, edge, "192.0.2.1")), undefined, "a remote holds no configuration");
    const outside = planOf({ ...externalControlPlane, ...change });
    const [external] = outside.controlPlanes;
    const [east] = outside.clusters;
    assert.ok(external !== undefined && east !== undefined);
    assert.deepEqual(meshConfigIn(externalValues(outside, external, { kubeconfigDigest: "a" })), expected);
    assert.deepEqual(meshConfigIn(remoteValues(outside, east, "192.0.2.1")), expected);
    assert.equal(meshConfigIn(baseValues({})), undefined);
  });

  it("belongs to what decides about a part, so that each is brought up to date", () => {
    const slice = sliceOf(planOf({ ...twoPrimaries, sameness: strict }), "west");
    assert.equal(slice.sameness?.plainServices, "cluster-local");
  });

  it("of a Service counts before that of its namespace, and both before that of all; Istio's own exceptions stay", () => {
    const { sameness } = planOf({ ...twoPrimaries, sameness: strict });
    const of = (name: string, namespace: string): string => samenessOf(sameness, { name, namespace });
    assert.equal(of("redis", "shop"), "cluster-local");
    assert.equal(of("cart", "shop"), "shared");
    assert.equal(of("cart", "orders"), "cluster-local");
    const own = planOf(twoPrimaries).sameness;
    assert.equal(samenessOf(own, { name: "kube-dns", namespace: "kube-system" }), "cluster-local");
    assert.equal(samenessOf(own, { name: "kubernetes", namespace: "default" }), "cluster-local");
    assert.equal(samenessOf(own, { name: "cart", namespace: "shop" }), "shared");
  });

  it("is to a cluster what its istiod makes of the hosts that it is told of", () => {
    const name = fc.constantFrom("a", "b", "c");
    const named = fc.uniqueArray(
      fc.oneof(
        name,
        fc.tuple(name, name).map((pair) => pair.join(".")),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        fc.boolean(),
        named,
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        name,
        name,
        (...given) => {
          const [isStrict, names, locals, service, namespace] = given;
          const plan = {
            plainServices: isStrict ? ("cluster-local" as const) : ("shared" as const),
            exceptions: names.map((one, index) => ({
              name: one,
              sameness: locals[index] === true ? ("cluster-local" as const) : ("shared" as const),
            })),
          };
          const settings = serviceSettingsOf(plan, "cluster.local");
          const localOf = (host: string): boolean | undefined =>
            settings.find(({ hosts }) => hosts.includes(host))?.settings.clusterLocal;
          // Istio takes the most specific host that fits.
          const isLocal =
            localOf(`${service}.${namespace}.svc.cluster.local`) ??
            localOf(`*.${namespace}.svc.cluster.local`) ??
            localOf("*.svc.cluster.local") ??
            false;
          assert.equal(samenessOf(plan, { name: service, namespace }), isLocal ? "cluster-local" : "shared");
        },
      ),
    );
  });
});
