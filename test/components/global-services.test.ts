import assert from "node:assert/strict";
import fc from "fast-check";
import { globalObjects } from "../../components/internal/global-objects";
import type { GlobalOrder, MeshConfig, PlacedName } from "../../topology";
import { globalAddresses } from "../../topology/plan/global-address";
import { sharedExternalControlPlane, twoPrimaries } from "../support/plans";
import { find, listOf, updateOf } from "./support";

const ports = { http: { port: 80, targetPort: 8080 } };
const shop = { namespace: "shop", selector: { app: "shop" }, ports };

const everywhere: MeshConfig = {
  ...twoPrimaries,
  namespaces: { shop: {} },
  globalServices: { services: { shop } },
};

const apart: MeshConfig = {
  ...twoPrimaries,
  namespaces: { uswest2: { clusters: ["west"] }, useast2: { clusters: ["east"] } },
  globalServices: {
    services: {
      foo: {
        name: "foo.global",
        selector: { app: "foo" },
        ports: { http: { port: 80 }, raw: { port: 81 } },
        clusters: {
          west: { namespace: "uswest2", serviceAccount: "foo" },
          east: { namespace: "useast2", serviceAccount: "foo" },
        },
        pinned: { "foo-west.global": "west" },
      },
    },
  },
};

/** The lines about global services among those of a mesh. */
async function globalIn(config: MeshConfig): Promise<string[]> {
  return listOf(await updateOf(config)).filter((line) => line.includes("global"));
}

describe("Global services of a mesh", () => {
  it("have an entry, a rule and a route in every cluster that holds an istiod's configuration, and a gateway's consent", async () => {
    const kinds = (await updateOf(everywhere))
      .filter(({ name }) => name.includes("global"))
      .map(({ name, type }) => `${name} ${type.split(":").at(-1) ?? ""}`)
      .sort();
    assert.deepEqual(
      kinds,
      ["east", "west"].flatMap((cluster) => [
        `mesh-${cluster}-cross-network-global Gateway`,
        `mesh-${cluster}-global-service.shop GlobalService`,
        `mesh-${cluster}-global-service.shop-entry.shop.shop.mesh.internal ServiceEntry`,
        `mesh-${cluster}-global-service.shop-route.shop.shop.mesh.internal VirtualService`,
        `mesh-${cluster}-global-service.shop-rule.shop.shop.mesh.internal DestinationRule`,
      ]),
    );
  });

  it("are nothing where none is declared: no object, no value of a chart", async () => {
    assert.deepEqual(await globalIn({ ...twoPrimaries, globalServices: { names: "{service}.global" } }), []);
    assert.deepEqual(
      listOf(await updateOf({ ...twoPrimaries, globalServices: { dnsCapture: "annotated-pods" } })),
      listOf(await updateOf(twoPrimaries)),
    );
  });

  it("are told of in some namespaces alone where the configuration says so, each object alike", async () => {
    const services = { shop: { ...shop, exportTo: ["web"] } };
    const told = (await updateOf({ ...everywhere, globalServices: { services } })).filter(({ inputs, name }) => {
      return name.startsWith("mesh-east-global-service.shop-") && inputs["spec"] !== undefined;
    });
    assert.deepEqual(
      told.map(({ inputs }) => (inputs["spec"] as { readonly exportTo?: unknown }).exportTo),
      Array(3).fill(["istio-system", "shop", "web"]),
    );
  });

  it("have their objects as Istio's documentation describes them", async () => {
    const resources = await updateOf(everywhere);
    const named = (part: string): unknown =>
      find(resources, `mesh-east-global-service.shop-${part}.shop.shop.mesh.internal`).inputs;
    const metadata = {
      name: "shop.shop.mesh.internal",
      namespace: "shop",
      labels: { "app.kubernetes.io/managed-by": "isthmus" },
    };
    assert.deepEqual(named("entry"), {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata,
      spec: {
        hosts: ["shop.shop.mesh.internal"],
        addresses: globalAddresses(["shop.shop.mesh.internal"]).get("shop.shop.mesh.internal"),
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        ports: [{ name: "http", number: 80, protocol: "HTTP", targetPort: 8080 }],
        workloadSelector: { labels: { app: "shop" } },
      },
    });
    assert.deepEqual(named("rule"), {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata,
      spec: {
        host: "shop.shop.mesh.internal",
        trafficPolicy: {
          connectionPool: { tcp: { connectTimeout: "2s" }, http: { maxRequestsPerConnection: 100 } },
          outlierDetection: {
            consecutive5xxErrors: 0,
            consecutiveGatewayErrors: 5,
            interval: "5s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 100,
          },
          loadBalancer: {
            localityLbSetting: {
              enabled: true,
              failoverPriority: ["topology.istio.io/network", "topology.istio.io/cluster"],
            },
          },
        },
      },
    });
    assert.deepEqual(named("route"), {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata,
      spec: {
        hosts: ["shop.shop.mesh.internal"],
        http: [
          {
            route: [{ destination: { host: "shop.shop.mesh.internal" } }],
            retries: {
              attempts: 3,
              retryOn: "connect-failure,refused-stream,unavailable,reset-before-request",
              retryRemoteLocalities: true,
            },
          },
        ],
      },
    });
    assert.deepEqual(find(resources, "mesh-east-cross-network-global").inputs, {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: {
        name: "cross-network-gateway-global",
        namespace: "istio-system",
        labels: metadata.labels,
      },
      spec: {
        selector: { istio: "eastwestgateway" },
        servers: [
          {
            port: { number: 15443, name: "tls-global", protocol: "TLS" },
            tls: { mode: "AUTO_PASSTHROUGH" },
            hosts: ["shop.shop.mesh.internal"],
          },
        ],
      },
    });
  });

  it("wait for the charts and for the namespace that they are in", async () => {
    const { waitsFor } = find(await updateOf(everywhere), "mesh-east-global-service.shop");
    for (const other of ["mesh-east-control-plane-istiod", "mesh-east-namespace.shop-namespace"])
      assert.ok(waitsFor.includes(other), `after ${other}, not ${String(waitsFor)}`);
  });

  it("have sidecars answer DNS, in every istiod's mesh configuration, unless pods ask for it themselves", async () => {
    const captured = async (config: MeshConfig): Promise<unknown[]> =>
      (await updateOf(config))
        .filter(({ name }) => name.endsWith("-control-plane-istiod"))
        .map(({ inputs }) => {
          const { values } = inputs as {
            values: { meshConfig: { defaultConfig?: { proxyMetadata: Record<string, string> } } };
          };
          return values.meshConfig.defaultConfig?.proxyMetadata["ISTIO_META_DNS_CAPTURE"];
        });
    assert.deepEqual(await captured(everywhere), ["true", "true"]);
    const dnsCapture = "annotated-pods" as const;
    assert.deepEqual(await captured({ ...everywhere, globalServices: { dnsCapture, services: { shop } } }), [
      undefined,
      undefined,
    ]);
    const plainNames = { ...twoPrimaries, globalServices: { dnsCapture: "all-pods" } } as const;
    assert.deepEqual(await captured(plainNames), ["true", "true"]);
  });

  it("are in the configuration cluster of an external istiod, and in no other", async () => {
    const { namespaces, globalServices } = everywhere;
    const config = { ...sharedExternalControlPlane, namespaces, globalServices } as MeshConfig;
    const lines = await globalIn(config);
    assert.ok(lines.length > 0 && lines.every((line) => line.includes("mesh-east-")), lines.join("\n"));
  });

  it("share requests and connections out between names that fail over, where clusters have weights", async () => {
    const preferring = { "shop-near-east.global": "east", "shop-near-west.global": "west" };
    const specOf = async (more: object, part: string, host = "shop.shop.mesh.internal"): Promise<unknown> => {
      const services = { shop: { ...shop, preferring, ...more } };
      const resources = await updateOf({ ...everywhere, globalServices: { services } });
      return (find(resources, `mesh-east-global-service.shop-${part}.${host}`).inputs as { readonly spec: unknown })
        .spec;
    };
    const weights = { west: 90, east: 10 };
    const route = [
      { destination: { host: "shop-near-east.global" }, weight: 10 },
      { destination: { host: "shop-near-west.global" }, weight: 90 },
    ];
    const retries = {
      attempts: 3,
      retryOn: "connect-failure,refused-stream,unavailable,reset-before-request",
      retryRemoteLocalities: true,
    };
    const hosts = ["shop.shop.mesh.internal"];
    assert.deepEqual(await specOf({ weights }, "route"), { hosts, http: [{ route, retries }] });
    const raw = { raw: { port: 81 } };
    assert.deepEqual(await specOf({ weights, ports: { ...ports, ...raw } }, "route"), {
      hosts,
      http: [{ route, retries }],
      tcp: [{ route }],
    });
    assert.deepEqual(await specOf({ weights, ports: raw }, "route"), { hosts, tcp: [{ route }] });
    assert.deepEqual(await specOf({ weights }, "route", "shop-near-west.global"), {
      hosts: ["shop-near-west.global"],
      http: [{ route: [{ destination: { host: "shop-near-west.global" } }], retries }],
    });
    assert.deepEqual(await specOf({ weights }, "rule"), await specOf({}, "rule"), "weights come by the route alone");
  });

  it("are in two entries of one address where namespaces differ, with the identities of all servers", async () => {
    const resources = await updateOf(apart);
    const specOf = (name: string): Record<string, unknown> =>
      (find(resources, `mesh-east-global-service.foo-${name}`).inputs as { spec: Record<string, unknown> }).spec;
    const [entry, elsewhere] = [specOf("entry_east.foo.global"), specOf("elsewhere.foo.global")];
    assert.deepEqual(entry["addresses"], elsewhere["addresses"]);
    assert.deepEqual(entry["workloadSelector"], { labels: { app: "foo", "topology.istio.io/cluster": "east" } });
    assert.deepEqual(elsewhere["endpoints"], [{ network: "west", labels: { "security.istio.io/tlsMode": "istio" } }]);
    assert.deepEqual((specOf("rule.foo.global")["trafficPolicy"] as Record<string, unknown>)["tls"], {
      mode: "ISTIO_MUTUAL",
      subjectAltNames: ["spiffe://mesh1.internal/ns/useast2/sa/foo", "spiffe://mesh1.internal/ns/uswest2/sa/foo"],
    });
    const pinned = find(resources, "mesh-east-global-service.foo-elsewhere.foo-west.global").inputs;
    assert.deepEqual((pinned as { metadata: unknown }).metadata, {
      name: "foo-west.global.elsewhere",
      namespace: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "isthmus" },
    });
  });
});

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
const order: fc.Arbitrary<GlobalOrder> = fc.oneof(
  fc.constantFrom({ kind: "local-first" } as const, { kind: "nearest" } as const, { kind: "even" } as const),
  label.map((cluster) => ({ kind: "cluster-first", cluster }) as const),
  fc
    .uniqueArray(fc.tuple(label, fc.integer({ min: 1, max: 100 })), {
      minLength: 1,
      maxLength: 3,
      selector: ([one]) => one,
    })
    .map((shares) => shares.map(([cluster, percent]) => ({ cluster, percent, host: `near-${cluster}.global` })))
    .map((shares) => ({ kind: "weighted", shares }) as const),
);

const placedName: fc.Arbitrary<PlacedName> = fc
  .record({
    host: fc.tuple(label, label).map((parts) => parts.join(".")),
    namespace: label,
    ports: fc.uniqueArray(
      fc.record({
        name: label,
        port: fc.integer({ min: 1, max: 65_535 }),
        protocol: fc.constantFrom("HTTP", "HTTP2", "GRPC", "TCP"),
      }),
      { minLength: 1, maxLength: 4, selector: ({ port }) => port },
    ),
    selectors: fc.uniqueArray(
      label.map((cluster) => ({ app: "a", "topology.istio.io/cluster": cluster })),
      { maxLength: 3, selector: (labels) => labels["topology.istio.io/cluster"] },
    ),
    networks: fc.uniqueArray(label, { maxLength: 3 }),
    identities: fc.uniqueArray(label, { maxLength: 3 }),
    order,
    nextRegions: fc.option(
      fc.uniqueArray(
        fc.tuple(label, label).map(([from, to]) => ({ from, to: `${to}-2` })),
        { minLength: 1, maxLength: 3, selector: ({ from }) => from },
      ),
      { nil: undefined },
    ),
    failover: fc.record({
      errors: fc.integer({ min: 1, max: 1000 }),
      ejectionSeconds: fc.integer({ min: 1, max: 3600 }),
      connectTimeoutSeconds: fc.integer({ min: 1, max: 60 }),
      retries: fc.integer({ min: 0, max: 10 }),
      perTryTimeoutSeconds: fc.option(fc.integer({ min: 1, max: 3600 }), { nil: undefined }),
      requestsPerConnection: fc.integer({ min: 1, max: 1_000_000 }),
    }),
  })
  .filter(({ networks, selectors }) => networks.length + selectors.length > 0)
  .map(({ nextRegions, ...name }) => ({ ...name, ...(nextRegions === undefined ? {} : { nextRegions }) }))
  .map((name) => ({ ...name, addresses: ["241.0.0.1", "2001:2::1"] }));

interface Locality {
  readonly enabled: boolean;
  readonly failoverPriority?: readonly string[];
  readonly failover?: readonly { readonly from: string; readonly to: string }[];
}

describe("The objects of a global name", () => {
  it("are never a combination that Istio refuses or passes over", () => {
    fc.assert(
      fc.property(placedName, (placed) => {
        const objects = globalObjects(placed);
        const rule = objects.find(({ kind }) => kind === "DestinationRule")?.spec["trafficPolicy"] as {
          readonly outlierDetection: { readonly maxEjectionPercent: number };
          readonly loadBalancer: { readonly localityLbSetting: Locality };
        };
        const locality = rule.loadBalancer.localityLbSetting;
        assert.deepEqual(
          Object.keys(locality).filter((key) => !["enabled", "failoverPriority", "failover"].includes(key)),
          [],
        );
        // One that is not enabled may have neither, and one without either has Istio's own order.
        assert.equal(locality.enabled, placed.order.kind !== "even");
        assert.ok(locality.enabled || Object.keys(locality).length === 1);
        assert.equal(
          locality.failoverPriority !== undefined,
          ["local-first", "cluster-first", "weighted"].includes(placed.order.kind),
        );
        assert.deepEqual(locality.failover, locality.enabled ? placed.nextRegions : undefined);
        for (const { from, to } of locality.failover ?? []) {
          assert.notEqual(from, to);
          assert.doesNotMatch(from + to, /[/*]/);
        }
        // Istio refuses priorities by region beside others, and reads two of one label as one.
        const labels = (locality.failoverPriority ?? []).map((text) => text.split("=")[0]);
        assert.equal(new Set(labels).size, labels.length);
        assert.ok(labels.every((text) => /^topology\.istio\.io\/(cluster|network)$/.test(text ?? "")));
        assert.equal(rule.outlierDetection.maxEjectionPercent, 100);
        for (const { kind, spec } of objects) {
          if (kind !== "ServiceEntry") continue;
          assert.equal(spec["resolution"], "STATIC");
          assert.ok("endpoints" in spec !== "workloadSelector" in spec, "either of the two");
        }
      }),
    );
  });

  it("have a name of their own each in their namespace, and one address", () => {
    fc.assert(
      fc.property(placedName, (placed) => {
        const objects = globalObjects(placed);
        const keys = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        assert.equal(new Set(keys).size, keys.length, keys.join(", "));
        assert.equal(new Set(objects.map(({ part }) => part)).size, objects.length);
        const entries = objects.filter(({ kind }) => kind === "ServiceEntry");
        for (const { spec } of entries) assert.deepEqual(spec["addresses"], placed.addresses);
      }),
    );
  });

  it("give up a try that takes long only where another one follows, and send the request again then", () => {
    fc.assert(
      fc.property(placedName, (placed) => {
        const route = globalObjects(placed).find(({ kind }) => kind === "VirtualService");
        if (route?.spec["http"] === undefined) return;
        const [{ retries }] = route.spec["http"] as [{ retries: Readonly<Record<string, unknown>> }];
        const { perTryTimeoutSeconds, retries: attempts } = placed.failover;
        const isLimited = attempts > 0 && perTryTimeoutSeconds !== undefined;
        assert.equal(retries["perTryTimeout"], isLimited ? `${perTryTimeoutSeconds}s` : undefined);
        const retryOn = ((retries["retryOn"] ?? "") as string).split(",");
        for (const givenUp of ["reset", "deadline-exceeded", "gateway-error"])
          assert.equal(
            retryOn.includes(givenUp),
            isLimited,
            "what may have been worked on is sent again with it alone",
          );
        assert.equal(retryOn.includes("reset-before-request"), attempts > 0);
      }),
    );
  });

  it("send requests again, and connections not", () => {
    fc.assert(
      fc.property(placedName, (placed) => {
        const hasRequests = placed.ports.some(({ protocol }) => protocol !== "TCP");
        const route = globalObjects(placed).find(({ kind }) => kind === "VirtualService");
        assert.equal(route?.spec["http"] !== undefined, hasRequests);
        assert.ok(!JSON.stringify(route?.spec["tcp"] ?? []).includes("retries"));
      }),
    );
  });

  it("lead requests and connections to the name itself, or alike to those that share its calls", () => {
    fc.assert(
      fc.property(placedName, (placed) => {
        const { host, order, ports: called } = placed;
        const { http, tcp } = globalObjects(placed).find(({ kind }) => kind === "VirtualService")?.spec ?? {};
        const routes = [http, tcp].flatMap((one) => (one === undefined ? [] : (one as { readonly route: unknown }[])));
        const shared = order.kind === "weighted" ? order.shares : undefined;
        const route = shared?.map((share) => ({ destination: { host: share.host }, weight: share.percent }));
        for (const one of routes) assert.deepEqual(one.route, route ?? [{ destination: { host } }]);
        assert.equal(tcp !== undefined, shared !== undefined && called.some(({ protocol }) => protocol === "TCP"));
      }),
    );
  });
});
