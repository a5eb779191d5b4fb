import assert from "node:assert/strict";
import fc from "fast-check";
import {
  globalHostsIn,
  globalServicesIn,
  parseAddress,
  planWithout,
  type MeshConfig,
  type PlacedName,
} from "../../../topology";
import { globalAddresses } from "../../../topology/plan/global-address";
import {
  mixed,
  planOf,
  primaryRemote,
  primaryRemoteNetworks,
  sharedExternalControlPlane,
  twoPrimaries,
} from "../../support/plans";
import { pathsOf } from "./problems";

const shop = { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } };

/** Two clusters of one service under two namespaces, as in Istio's page about many clusters. */
const foo = {
  name: "foo.global",
  selector: { app: "foo" },
  ports: { http: { port: 80, targetPort: 8080 }, "grpc-api": { port: 90 }, postgres: { port: 5432 } },
  clusters: {
    west: { namespace: "uswest2", serviceAccount: "foo" },
    east: { namespace: "useast2", serviceAccount: "foo" },
  },
  pinned: { "foo-west.global": "west" },
  preferring: { "foo-near-west.global": "west" },
};

const fooMesh: MeshConfig = {
  ...twoPrimaries,
  namespaces: { uswest2: { clusters: ["west"] }, useast2: { clusters: ["east"] } },
  globalServices: { services: { foo } },
};

/** What a cluster's istiod is told of every name. */
function placedIn(config: MeshConfig, cluster: string): Record<string, PlacedName> {
  const placed = globalServicesIn(planOf(config), cluster).flatMap(({ names }) => names);
  return Object.fromEntries(placed.map((name) => [name.host, name]));
}

/** How the servers of each name are found from a cluster: namespace, labels, networks. */
function waysIn(config: MeshConfig, cluster: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(placedIn(config, cluster)).map(([host, { namespace, networks, selectors }]) => {
      const labels = selectors.map((one) =>
        Object.entries(one)
          .map((pair) => pair.join("="))
          .join(","),
      );
      return [host, [namespace, ...labels, ...networks.map((network) => `by ${network}`)].join(" ")];
    }),
  );
}

describe("global services", () => {
  it("leave the names of Services that a set of clusters exports to those", () => {
    const named = (name: string): readonly string[] =>
      pathsOf({
        ...twoPrimaries,
        namespaces: { shop: {} },
        globalServices: { services: { shop: { ...shop, name } } },
      });
    const path = "isthmus:mesh.globalServices.services.shop.name";
    assert.deepEqual(named("shop.shop.svc.clusterset.local"), [path]);
    assert.deepEqual(named("shop.clusterset.internal"), []);
  });

  it("go on in the region that is named next, by every name that has an order", () => {
    const nextRegion = { "us-west-2": "us-east-2", "eu-1": "us-east-2" };
    const names = { pinned: foo.pinned, preferring: foo.preferring };
    const services = { shop: { ...shop, ...names, nextRegion }, stall: shop };
    const placed = placedIn({ ...twoPrimaries, namespaces: { shop: {} }, globalServices: { services } }, "west");
    const next = [
      { from: "eu-1", to: "us-east-2" },
      { from: "us-west-2", to: "us-east-2" },
    ];
    assert.deepEqual(placed["shop.shop.mesh.internal"]?.nextRegions, next);
    assert.deepEqual(placed["foo-near-west.global"]?.nextRegions, next);
    assert.ok(!("nextRegions" in (placed["foo-west.global"] ?? {})), "a pinned name has none to go on in");
    assert.ok(!("nextRegions" in (placed["stall.shop.mesh.internal"] ?? {})), "nothing where nothing is said");
  });

  it("have no next region where all are called alike, nor one that is where calls come from", () => {
    const of = (more: object): readonly string[] =>
      pathsOf({
        ...twoPrimaries,
        namespaces: { shop: {} },
        globalServices: { services: { shop: { ...shop, ...more } } },
      });
    const path = "isthmus:mesh.globalServices.services.shop.nextRegion";
    assert.deepEqual(of({ order: "even", nextRegion: { a: "b" } }), [path]);
    assert.deepEqual(of({ order: "even", first: "west", nextRegion: { a: "b" } }), []);
    assert.deepEqual(of({ nextRegion: { a: "a" } }), [`${path}.a`]);
    assert.deepEqual(of({ nextRegion: { a: "b/zone" } }), [`${path}.a`]);
  });

  it("share calls out between names that fail over, each istiod alike, and leave out a cluster with none", () => {
    const preferring = { "shop-near-west.global": "west", "shop-a.global": "east", "shop-b.global": "east" };
    const meshWith = (weights: Record<string, number>): MeshConfig => {
      const services = { shop: { ...shop, preferring, weights } };
      return { ...twoPrimaries, namespaces: { shop: {} }, globalServices: { services } };
    };
    const west = { cluster: "west", host: "shop-near-west.global" };
    for (const cluster of ["east", "west"]) {
      const placed = placedIn(meshWith({ west: 90, east: 10 }), cluster);
      const shares = [
        { cluster: "east", host: "shop-a.global", percent: 10 },
        { ...west, percent: 90 },
      ];
      assert.deepEqual(placed["shop.shop.mesh.internal"]?.order, { kind: "weighted", shares });
      for (const { host } of shares) assert.equal(placed[host]?.order.kind, "cluster-first", `${host} in ${cluster}`);
    }
    assert.deepEqual(placedIn(meshWith({ west: 100, east: 0 }), "east")["shop.shop.mesh.internal"]?.order, {
      kind: "weighted",
      shares: [{ ...west, percent: 100 }],
    });
  });

  it("have weights of clusters that they run in, together all calls, and no order beside them", () => {
    const preferring = { "shop-near-west.global": "west", "shop-near-east.global": "east" };
    const of = (more: object): readonly string[] =>
      pathsOf({
        ...twoPrimaries,
        namespaces: { shop: {} },
        globalServices: { services: { shop: { ...shop, preferring, ...more } } },
      });
    const path = "isthmus:mesh.globalServices.services.shop";
    assert.deepEqual(of({ weights: { west: 90, east: 10 } }), []);
    assert.deepEqual(of({ weights: { west: 90, east: 10 }, order: "local-first", nextRegion: { a: "b" } }), []);
    assert.deepEqual(of({ weights: {} }), [`${path}.weights`]);
    assert.deepEqual(of({ weights: { west: 0, east: 0 } }), [`${path}.weights`]);
    assert.deepEqual(of({ weights: { west: 101 } }), [`${path}.weights.west`]);
    assert.deepEqual(of({ weights: { west: 99.5, east: 0.5 } }), [`${path}.weights.west`, `${path}.weights.east`]);
    assert.deepEqual(of({ weights: { west: 50, north: 50 } }).includes(`${path}.weights.north`), true);
    assert.deepEqual(of({ weights: { west: 100 }, first: "west" }), [`${path}.first`]);
    assert.deepEqual(of({ weights: { west: 100 }, order: "nearest" }), [`${path}.order`]);
    const inEastAlone = of({ clusters: { east: {} }, preferring: { "a.b": "east" }, weights: { west: 50, east: 50 } });
    assert.ok(inEastAlone.includes(`${path}.weights.west`), inEastAlone.join());
  });

  it("have one selection where namespace and labels are the same everywhere, in every configuration cluster", () => {
    const config = { ...mixed, namespaces: { shop: {} }, globalServices: { services: { shop } } };
    for (const cluster of ["p1", "p2", "p3"])
      assert.deepEqual(waysIn(config, cluster), { "shop.shop.mesh.internal": "shop app=shop" });
    for (const cluster of ["r1", "r3"]) assert.deepEqual(waysIn(config, cluster), {});
  });

  it("are found by labels in the own cluster and by gateways elsewhere where namespaces differ", () => {
    assert.deepEqual(waysIn(fooMesh, "west"), {
      "foo.global": "uswest2 app=foo,topology.istio.io/cluster=west by east",
      "foo-west.global": "uswest2 app=foo,topology.istio.io/cluster=west",
      "foo-near-west.global": "uswest2 app=foo,topology.istio.io/cluster=west by east",
    });
    assert.deepEqual(waysIn(fooMesh, "east"), {
      "foo.global": "useast2 app=foo,topology.istio.io/cluster=east by west",
      "foo-west.global": "istio-system by west",
      "foo-near-west.global": "useast2 app=foo,topology.istio.io/cluster=east by west",
    });
  });

  it("have the identities of all their servers where some are behind gateways, and else none", () => {
    const both = ["spiffe://mesh1.internal/ns/useast2/sa/foo", "spiffe://mesh1.internal/ns/uswest2/sa/foo"];
    const { "foo.global": all, "foo-west.global": pinned } = placedIn(fooMesh, "east");
    assert.deepEqual([all?.identities, pinned?.identities], [both, both.slice(1)]);
    assert.deepEqual(placedIn(fooMesh, "west")["foo-west.global"]?.identities, []);
    const renamed = { ...fooMesh, replaces: { trustDomain: "old.example" } };
    assert.equal(placedIn(renamed, "east")["foo.global"]?.identities.length, 4);
  });

  it("are told of to their own namespaces and the gateways beside those that are named, and else to all", () => {
    const exportTo = ["web", "web"];
    const few = { ...fooMesh, globalServices: { services: { foo: { ...foo, exportTo } } } };
    for (const cluster of ["west", "east"])
      for (const { exportTo: told } of Object.values(placedIn(few, cluster)))
        assert.deepEqual(told, ["istio-system", "useast2", "uswest2", "web"]);
    assert.equal(placedIn(fooMesh, "west")["foo.global"]?.exportTo, undefined);
    assert.deepEqual(pathsOf({ ...fooMesh, globalServices: { services: { foo: { ...foo, exportTo: [] } } } }), [
      "isthmus:mesh.globalServices.services.foo.exportTo",
    ]);
  });

  it("have an address of each family, the same in every cluster", () => {
    const addressesIn = (cluster: string, host: string): readonly string[] | undefined =>
      placedIn(fooMesh, cluster)[host]?.addresses;
    assert.equal(addressesIn("west", "foo.global")?.length, 2);
    assert.deepEqual(addressesIn("west", "foo.global"), addressesIn("east", "foo.global"));
    assert.notDeepEqual(addressesIn("west", "foo.global"), addressesIn("west", "foo-west.global"));
  });

  it("have the protocols that their ports' names say, as Istio reads them", () => {
    assert.deepEqual(placedIn(fooMesh, "west")["foo.global"]?.ports, [
      { name: "grpc-api", port: 90, protocol: "GRPC" },
      { name: "http", port: 80, protocol: "HTTP", targetPort: 8080 },
      { name: "postgres", port: 5432, protocol: "TCP" },
    ]);
  });

  it("are told apart by cluster where only some that have the namespace run them", () => {
    const config = {
      ...mixed,
      namespaces: { shop: {} },
      globalServices: { services: { shop: { ...shop, clusters: { p1: {}, p3: {} } } } },
    };
    assert.deepEqual(waysIn(config, "p2"), {
      "shop.shop.mesh.internal": "shop app=shop,topology.istio.io/cluster=p1 app=shop,topology.istio.io/cluster=p3",
    });
  });

  it("are reached by gateways alone from an istiod whose cluster has not the namespace", () => {
    const config: MeshConfig = {
      ...twoPrimaries,
      namespaces: { shop: { clusters: ["west"] } },
      globalServices: { services: { shop: { ...shop, serviceAccount: "shop" } } },
    };
    assert.deepEqual(waysIn(config, "east"), { "shop.shop.mesh.internal": "istio-system by west" });
    assert.deepEqual(waysIn(config, "west"), { "shop.shop.mesh.internal": "shop app=shop" });
  });

  it("are not told of to an istiod that knows no cluster of theirs", () => {
    const clusters = { ...twoPrimaries.clusters, east: { ...twoPrimaries.clusters.east, peers: [] } };
    const config: MeshConfig = {
      ...fooMesh,
      clusters,
      globalServices: { services: { foo: { ...foo, clusters: { west: foo.clusters.west } } } },
    };
    assert.deepEqual(globalHostsIn(planOf(config), "east"), []);
    assert.deepEqual(globalHostsIn(planOf(config), "west"), ["foo-near-west.global", "foo-west.global", "foo.global"]);
  });

  it("stand where an external istiod has its configuration, and where a remote's does", () => {
    const everywhere = { namespaces: { shop: {} }, globalServices: { services: { shop } } };
    const found = (config: MeshConfig, names: readonly string[]): string[] =>
      names.filter((name) => globalHostsIn(planOf(config), name).length > 0);
    assert.deepEqual(found({ ...sharedExternalControlPlane, ...everywhere }, ["control", "east", "west"]), ["east"]);
    assert.deepEqual(found({ ...primaryRemote, ...everywhere }, ["edge", "west"]), ["west"]);
  });

  it("lose a cluster that goes, its pinned names, and its place before the others", () => {
    const plan = planWithout(planOf(fooMesh), ["west"]);
    const [placed] = globalServicesIn(plan, "east");
    assert.deepEqual(
      placed?.names.map(({ host, networks, order }) => [host, networks, order]),
      [
        ["foo.global", [], { kind: "local-first" }],
        ["foo-near-west.global", [], { kind: "local-first" }],
      ],
    );
    assert.deepEqual(planWithout(planOf(fooMesh), ["east", "west"]).globalServices.services, []);
  });

  it("are refused with other pods in clusters of one istiod, also on networks of their own", () => {
    const clusters = { west: foo.clusters.west, edge: foo.clusters.east };
    const namespaces = { uswest2: {}, useast2: {} };
    const config = {
      ...primaryRemoteNetworks,
      namespaces,
      globalServices: { services: { foo: { ...foo, clusters } } },
    };
    assert.deepEqual(pathsOf(config), ["isthmus:mesh.globalServices.services.foo.clusters.west"]);
  });

  it("are refused where an istiod's configuration has no place for what selects their pods", () => {
    const namespaces = { shop: { clusters: ["edge"] } };
    const config = { ...primaryRemote, namespaces, globalServices: { services: { shop } } };
    assert.deepEqual(pathsOf(config), ["isthmus:mesh.namespaces.shop.clusters"]);
  });

  it("leave DNS to whoever answers it where there are none, or pods ask for it themselves", () => {
    assert.equal(planOf(twoPrimaries).globalServices.capturesDns, false);
    assert.equal(planOf(fooMesh).globalServices.capturesDns, true);
    const asked: MeshConfig = { ...fooMesh, globalServices: { dnsCapture: "annotated-pods", services: { foo } } };
    assert.equal(planOf(asked).globalServices.capturesDns, false);
    const alone: MeshConfig = { ...twoPrimaries, globalServices: { dnsCapture: "all-pods" } };
    assert.equal(planOf(alone).globalServices.capturesDns, true);
  });
});

describe("addresses of global names", () => {
  it("are valid, of both families, and of one name each", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.domain(), { maxLength: 200 }), (hosts) => {
        const all = [...globalAddresses(hosts).values()];
        assert.equal(all.length, hosts.length);
        assert.equal(new Set(all.flat()).size, 2 * hosts.length);
        for (const [ipv4 = "", ipv6 = ""] of all) {
          assert.match(ipv4, /^241\./);
          assert.match(ipv6, /^2001:2:/);
          assert.ok(parseAddress(ipv4) !== undefined && parseAddress(ipv6) !== undefined);
        }
      }),
    );
  });

  it("do not change when other names come and go, but for one that would share its own", () => {
    const alone = globalAddresses(["foo.global"]).get("foo.global");
    assert.deepEqual(globalAddresses(["a.global", "foo.global", "z.global"]).get("foo.global"), alone);
  });

  it("are apart where two names would share one", () => {
    const many = Array.from({ length: 20_000 }, (_unused, index) => `s${index}.mesh.internal`);
    assert.equal(new Set([...globalAddresses(many).values()].map(([ipv4]) => ipv4)).size, many.length);
  });
});
