import assert from "node:assert/strict";
import fc from "fast-check";
import {
  globalServicesIn,
  meshWarnings,
  parseMesh,
  planWithout,
  sidecarScopesIn,
  sliceOf,
  type MeshConfig,
} from "../../../topology";
import { mixed, planOf, primaryRemote, sharedExternalControlPlane, twoPrimaries } from "../../support/plans";
import { validConfig } from "./arbitraries";
import { pathsOf } from "./problems";

const shop = { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } };

const web: MeshConfig = {
  ...twoPrimaries,
  namespaces: { shop: {}, web: { calls: { namespaces: ["payments", "orders", "web"], globalServices: ["shop"] } } },
  globalServices: { services: { shop: { ...shop, pinned: { "shop-west.mesh.internal": "west" } }, stall: shop } },
};

/** What is seen from each namespace of a cluster that says it. */
function seenIn(config: MeshConfig, cluster: string): Record<string, readonly string[]> {
  return Object.fromEntries(sidecarScopesIn(planOf(config), cluster).map(({ hosts, namespace }) => [namespace, hosts]));
}

describe("sidecar scopes", () => {
  it("are nowhere unless a namespace says what it calls", () => {
    for (const { name } of planOf(twoPrimaries).clusters)
      assert.deepEqual(seenIn({ ...twoPrimaries, namespaces: { shop: {} } }, name), {});
    assert.ok(!("sidecarScopes" in sliceOf(planOf(twoPrimaries), "east")), "a part that stands keeps its slice");
  });

  it("have the own namespace, the mesh's, and what is declared: all names of a global service", () => {
    const hosts = [
      "./*",
      "istio-system/*",
      "orders/*",
      "payments/*",
      "*/shop-west.mesh.internal",
      "*/shop.shop.mesh.internal",
    ];
    for (const cluster of ["east", "west"]) assert.deepEqual(seenIn(web, cluster), { web: hosts });
    assert.deepEqual(sliceOf(planOf(web), "east").sidecarScopes, [{ namespace: "web", hosts }]);
    assert.deepEqual(seenIn({ ...twoPrimaries, namespaces: { web: { calls: {} } } }, "east"), {
      web: ["./*", "istio-system/*"],
    });
  });

  it("name every name that calls of a service are shared out between", () => {
    const preferring = { "shop-near-east.global": "east", "shop-near-west.global": "west" };
    const services = { shop: { ...shop, preferring, weights: { east: 10, west: 90 } } };
    const scoped = { ...web, globalServices: { services } };
    const namespaces = { shop: {}, web: { calls: { globalServices: ["shop"] } } };
    for (const cluster of ["east", "west"]) {
      const { web: seen = [] } = seenIn({ ...scoped, namespaces }, cluster);
      for (const { names } of globalServicesIn(planOf({ ...scoped, namespaces }), cluster))
        for (const { host, order } of names) {
          const called = order.kind === "weighted" ? [host, ...order.shares.map((share) => share.host)] : [host];
          for (const one of called) assert.ok(seen.includes(`*/${one}`), `${one} among ${seen.join(", ")}`);
        }
      assert.equal(seen.length, 5);
    }
  });

  it("stand in the clusters that hold an istiod's configuration, for all that it serves", () => {
    const namespaces = { web: { calls: { namespaces: ["orders"] } } };
    const inClusters = (config: MeshConfig): string[] =>
      planOf({ ...config, namespaces }).clusters.flatMap(({ name }) =>
        Object.keys(seenIn({ ...config, namespaces }, name)).map(() => name),
      );
    assert.deepEqual(inClusters(mixed), ["p1", "p2", "p3"]);
    assert.deepEqual(inClusters(primaryRemote), ["west"]);
    assert.deepEqual(inClusters(sharedExternalControlPlane), ["east"]);
  });

  it("must be where their istiod finds them", () => {
    const of = (clusters: string[]): readonly string[] =>
      pathsOf({ ...primaryRemote, namespaces: { web: { clusters, calls: {} } } });
    assert.deepEqual(of(["edge"]), ["isthmus:mesh.namespaces.web.clusters"]);
    assert.deepEqual(of(["edge", "west"]), []);
  });

  it("forget a global service whose clusters have all gone", () => {
    const only = { ...web, globalServices: { services: { shop: { ...shop, clusters: { west: {} } } } } };
    const [scope] = sidecarScopesIn(planWithout(planOf(only), ["west"]), "east");
    assert.deepEqual(scope?.hosts, ["./*", "istio-system/*", "orders/*", "payments/*"]);
  });

  it("may name namespaces outside of the mesh, and are warned of those that are spelt almost like one of it", () => {
    const warned = (namespaces: string[]): string[] =>
      meshWarnings(parseMesh({ ...twoPrimaries, namespaces: { orders: {}, web: { calls: { namespaces } } } })).map(
        ({ path }) => path,
      );
    assert.deepEqual(warned(["databases", "orders"]), []);
    assert.deepEqual(warned(["databases", "odrers"]), ["isthmus:mesh.namespaces.web.calls.namespaces[1]"]);
  });

  it("have hosts that Istio takes, each once", () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        const plan = planOf(config);
        for (const { name } of plan.clusters)
          for (const { hosts } of sidecarScopesIn(plan, name)) {
            assert.deepEqual(hosts, [...new Set(hosts)]);
            for (const host of hosts) assert.match(host, /^(?:(?:\.|[-a-z0-9]+)\/\*|\*\/[-a-z0-9]+(?:\.[-a-z0-9]+)+)$/);
          }
      }),
    );
  });
});
