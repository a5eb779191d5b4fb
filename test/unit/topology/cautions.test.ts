import assert from "node:assert/strict";
import { formatProblem, meshWarnings, parseMesh, type MeshConfig } from "../../../topology";
import { cautions } from "../../../topology/rules";
import { externals, mesh, meshOf } from "./meshes";
import { assertWellFormed } from "./problems";

const bothFamilies = { ranges: { pods: ["10.1.0.0/16", "fd00::/64"] } };

const cautionCases: Readonly<Record<string, readonly [config: MeshConfig, warning: string]>> = {
  "calls-go-both-ways": [
    meshOf({ east: {}, west: { peers: [] } }),
    "isthmus:mesh.clusters.west.peers: expected every cluster whose workloads call those of this istiod, so also east, found a list without. Add what is missing, unless calls are to go one way: workloads of this istiod find no services there.",
  ],
  "gateways-know-their-network": [
    // Nothing goes one way here: north reads neither, and both of network b read north.
    meshOf({ north: {}, b1: { network: "b", peers: ["north"] }, b2: { network: "b", peers: ["north"] } }),
    "isthmus:mesh.clusters.b1.peers: expected every cluster that other networks call through its gateways, so also b2, found a list without. Add what is missing: a call for a service that only those clusters have may come in by these gateways, and fails there.",
  ],
  "config-cluster-named": [
    meshOf(
      { east: remoteOf("control"), west: remoteOf("control") },
      { externalControlPlanes: externals({ control: {} }) },
    ),
    "isthmus:mesh.externalControlPlanes.control.configCluster: expected one of the clusters that it serves, east, west, by name, found nothing, which means east, the first. Write the one that holds the configuration: a cluster that joins may come first.",
  ],
  "remote-values-read": [
    meshOf({ east: {}, edge: { ...remoteOf("east"), values: { istiod: { resources: { requests: { cpu: "1" } } } } } }),
    "isthmus:mesh.clusters.edge.values.istiod.resources: expected nothing, because edge runs no istiod that would read it, found a value to no effect. Write it as isthmus:mesh.clusters.east.values.istiod.resources: that istiod serves edge.",
  ],
  "one-cluster-domain": [
    meshOf({ east: { network: "east", values: { istiod: domain("corp.example") } }, west: {} }),
    "isthmus:mesh.istio.values.istiod.global.proxy.clusterDomain: expected one domain of Services for all istiods, found cluster.local, corp.example. Set it here and at no single cluster: calls through gateways bear the domain of the caller's istiod, and a gateway lets in only that of its own.",
  ],
  "gateways-in-use": [
    meshOf({ east: { eastWestGateway: { annotations: { "example.org/a": "b" } } }, west: {} }),
    "isthmus:mesh.clusters.east.eastWestGateway: expected nothing, because no cluster of another network calls east, which gets no gateway, found settings of a gateway. Remove them, or keep them for the day when a second network joins.",
  ],
  "exposed-istiod-in-use": [
    meshOf({ east: {}, west: { exposedIstiod: { address: "203.0.113.11" } } }),
    "isthmus:mesh.clusters.west.exposedIstiod: expected nothing, because no istiod in west serves another cluster or a machine, found settings of a Service that is not made. Remove them, or keep them for the day when another cluster names this one as its `controlPlane`, or a machine joins it.",
  ],
  "reader-tokens-in-use": [
    meshOf({ east: { readerTokens: { tokens: ["first", "second"] } } }),
    "isthmus:mesh.clusters.east.readerTokens: expected nothing, because no istiod elsewhere reads east, found settings of tokens that are not made. Remove them, or keep them for the day when another istiod reads it.",
  ],
  "gateways-listen": [
    meshOf({ east: { network: "a", ...bothFamilies, eastWestGateway: { ipFamily: "IPv6" } }, west: { network: "b" } }),
    'isthmus:mesh.clusters.east.eastWestGateway.ipFamily: expected IPv4, the first family of the pods, for proxies listen in no other, found IPv6. Turn on Istio\'s dual stack, in `istio.values.istiod`: `env: { ISTIO_DUAL_STACK: "true" }` and `meshConfig: { defaultConfig: { proxyMetadata: { ISTIO_DUAL_STACK: "true" } } }`.',
  ],
  "revision-installed": [
    mesh({ namespaces: { shop: { revision: "stable" } } }),
    'isthmus:mesh.namespaces.shop.revision: expected `default`, the revision that Isthmus installs, found "stable". Remove it, or make sure that every cluster has that revision or tag: without one, pods start without a sidecar.',
  ],
  "namespaces-discovered": [
    mesh({
      namespaces: { shop: { labels: { "istio-discovery": "enabled" } }, tools: {} },
      istio: discovering({ matchLabels: { "istio-discovery": "enabled" } }),
    }),
    "isthmus:mesh.istio.values.istiod.meshConfig.discoverySelectors: expected selectors that take in every namespace of the mesh, so also istio-system, tools, found selectors that do not. Add `- matchExpressions: [{ key: kubernetes.io/metadata.name, operator: In, values: [istio-system, tools] }]`: of what is not taken in istiod knows no service, and pods there wait for the root certificate.",
  ],
  "called-namespaces-spelt": [
    mesh({ namespaces: { orders: {}, web: { calls: { namespaces: ["databases", "odrers"] } } } }),
    'isthmus:mesh.namespaces.web.calls.namespaces[1]: expected a namespace that there is, found "odrers", which is none of the mesh\'s `namespaces`. Did you mean `orders`? One outside of the mesh may stand here.',
  ],
  "renewal-in-time": [
    mesh({ trust: { renewBeforeDays: 0 } }),
    "isthmus:mesh.trust.renewBeforeDays: expected at least one day, found the number 0. Make it larger: with 0 an intermediate is renewed only after it has expired, when calls already fail.",
  ],
  "trust-domain-of-its-own": [
    mesh({ trustDomain: "cluster.local" }),
    'isthmus:mesh.trustDomain: expected a trust domain of the mesh\'s own, found "cluster.local". Remove it to take `<id>.internal`: identities of two meshes in `cluster.local` cannot be told apart, and a later change issues every identity anew.',
  ],
  "hosts-that-stay": [
    mesh({ istio: { version: "1.30.5", hub: "registry.istio.io/release" } }),
    'isthmus:mesh.istio.hub: expected a host that stays, found "registry.istio.io/release". Plan to move: it is switched off in December 2026.',
  ],
  "pull-secrets-known": [
    meshOf({ east: { values: { gateway: { imagePullSecrets: [{ name: "registry" }] } } } }),
    "isthmus:mesh.clusters.east.values.gateway.imagePullSecrets: expected pull secrets in `imagePullSecrets`, found a Helm value. Write them as `istio.imagePullSecrets`: then the gateways and the sample of `isthmus verify` have them too, and it is checked that they are there.",
  ],
  "known-istio": [
    mesh({ istio: { version: "1.99.0" } }),
    'isthmus:mesh.istio.version: expected Istio 1.31 at the latest, the newest that this release of Isthmus knows, found "1.99.0". Look whether a later release of Isthmus knows it; what its charts call otherwise is set to no effect here.',
  ],
  size: [
    primaries(22),
    "isthmus:mesh.clusters: expected control planes that read at most 20 other clusters each, found 22 that read up to 21. Give every istiod memory for what it reads, about 180 MB for a cluster of 4000 endpoints, or say in `peers` which clusters it is to read.",
  ],
};

function discovering(...discoverySelectors: readonly unknown[]): MeshConfig["istio"] {
  return { version: "1.31.1", values: { istiod: { meshConfig: { discoverySelectors } } } };
}

function domain(clusterDomain: string): Record<string, unknown> {
  return { global: { proxy: { clusterDomain } } };
}

function primaries(count: number, peersOf?: (index: number) => readonly string[]): MeshConfig {
  return meshOf(
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `c${index}`,
        peersOf === undefined ? {} : { peers: [...peersOf(index)] },
      ]),
    ),
  );
}

function warningsOf(config: MeshConfig): readonly string[] {
  const warnings = meshWarnings(parseMesh(config));
  for (const warning of warnings) assertWellFormed(warning);
  return warnings.map(formatProblem);
}

describe("meshWarnings", () => {
  it("have each a case here", () => {
    assert.deepEqual(
      Object.keys(cautionCases),
      cautions.map(({ id }) => id),
    );
  });

  for (const [id, [config, warning]] of Object.entries(cautionCases)) {
    it(`${id}: warns of a configuration that is accepted`, () => {
      assert.ok(warningsOf(config).includes(warning), warningsOf(config).join("\n"));
    });
  }

  const addressed = { eastWestGateway: { addresses: ["203.0.113.10"] } };
  for (const [what, config] of [
    ["one cluster", mesh()],
    [
      "values that a remote cluster's webhooks read",
      meshOf({
        east: {},
        edge: {
          ...remoteOf("east"),
          values: { istiod: { sidecarInjectorWebhookAnnotations: { a: "b" }, pilot: { env: { EXTERNAL_CA: "x" } } } },
        },
      }),
    ],
    [
      "selectors of what is discovered that take in all of the mesh",
      mesh({
        namespaces: { shop: { labels: { team: "shop" } } },
        istio: discovering(
          { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["istio-system"] }] },
          { matchExpressions: [{ key: "team", operator: "Exists" }] },
        ),
      }),
    ],
    ["no selectors of what is discovered", mesh({ istio: discovering() })],
    ["a later patch of the newest Istio", mesh({ istio: { version: "1.31.99" } })],
    [
      "another domain of Services everywhere",
      meshOf(
        { east: { network: "east" }, west: {} },
        { istio: { version: "1.31.1", values: { istiod: domain("corp.example") } } },
      ),
    ],
    [
      "domains of Services that differ where no gateway is",
      meshOf({ east: { values: { istiod: domain("corp.example") } }, west: {} }),
    ],
    ["two networks with settings of gateways", meshOf({ east: { network: "east", ...addressed }, west: {} })],
    [
      "gateways of the first family, and of one of which nothing is known",
      meshOf({
        a: { network: "a", ...bothFamilies, eastWestGateway: { ipFamily: "IPv4" } },
        b: { network: "b", eastWestGateway: { ipFamily: "IPv6" } },
      }),
    ],
    [
      "gateways of the second family with Istio's dual stack, of the mesh or of the istiod that serves them",
      meshOf({
        a: { network: "a", ...bothFamilies, eastWestGateway: { ipFamily: "IPv6" }, controlPlane: "b" },
        b: { network: "b", values: { istiod: { pilot: { env: { ISTIO_DUAL_STACK: "true" } } } } },
      }),
    ],
    ["a primary that serves another", meshOf({ east: { exposedIstiod: { address: "a.b" } }, west: remoteOf("east") })],
    ["peers that name each other", meshOf({ a: { peers: ["b"] }, b: { peers: ["a"] }, c: { peers: [] } })],
    [
      "a remote that is known because its istiod serves it",
      meshOf({ a: { peers: ["b", "c"] }, b: { peers: ["a"] }, c: remoteOf("b") }),
    ],
    ["as many clusters as are comfortable", primaries(21)],
    ["many clusters of which each istiod reads two", primaries(42, (index) => neighbours(index, 42))],
    ["the revision that is installed", mesh({ namespaces: { shop: { revision: "default" } } })],
    [
      "an external control plane that is exposed",
      meshOf(
        { east: { controlPlane: "control" } },
        { externalControlPlanes: externals({ control: { exposedIstiod: { address: "a.b" } } }) },
      ),
    ],
  ] as const satisfies readonly (readonly [string, MeshConfig])[]) {
    it(`are silent about ${what}`, () => {
      assert.deepEqual(warningsOf(config), []);
    });
  }

  it("name every cluster that is called one way, once for each control plane", () => {
    assert.deepEqual(
      meshWarnings(parseMesh(meshOf({ a: {}, b: {}, c: { peers: [] }, d: remoteOf("a") }))).map((warning) => [
        warning.path,
        warning.expected,
      ]),
      [["isthmus:mesh.clusters.c.peers", "every cluster whose workloads call those of this istiod, so also a, b, d"]],
    );
  });

  it("name the values of a remote that go nowhere as far up as nothing is read, and where they belong", () => {
    const values = {
      istiod: {
        meshConfig: { accessLogFile: "/dev/stdout" },
        global: { proxy: { resources: {} }, ipFamilies: ["IPv4"] },
        pilot: { env: { PILOT_X: "1" } },
      },
    };
    const served = { ...remoteOf("control"), values };
    const config = meshOf(
      { east: served, west: served },
      { externalControlPlanes: externals({ control: { configCluster: "east" } }) },
    );
    assert.deepEqual(
      meshWarnings(parseMesh(config)).map(({ path, fix }) => [path, fix.split(":")[1]]),
      ["east.values.istiod.global.proxy.resources", "east.values.istiod.pilot.env.PILOT_X"]
        .concat(["meshConfig", "global.proxy", "pilot.env.PILOT_X"].map((path) => `west.values.istiod.${path}`))
        .map((path) => [
          `isthmus:mesh.clusters.${path}`,
          `mesh.externalControlPlanes.control${path.slice(path.indexOf("."))}`,
        ]),
    );
  });

  it("find it too where the caller has clusters on the same network as well", () => {
    const config = meshOf({
      a: {},
      "a-remote": { network: "b", controlPlane: "a" },
      b1: { network: "b", peers: ["a", "a-remote"] },
      b2: { network: "b" },
    });
    assert.ok(warningsOf(config).some((line) => line.includes("through its gateways, so also b2")));
  });

  it("find a gateway that does not know its network where an external control plane keeps it", () => {
    const config = meshOf(
      { north: {}, b1: { network: "b", controlPlane: "control" }, b2: { network: "b" } },
      { externalControlPlanes: externals({ control: { peers: ["north"] } }) },
    );
    assert.deepEqual(
      meshWarnings(parseMesh(config)).map(({ path }) => path),
      Array.from({ length: 2 }, () => "isthmus:mesh.externalControlPlanes.control.peers"),
    );
  });

  it("are quick for a large mesh in groups", () => {
    const started = performance.now();
    const config = parseMesh(primaries(160, (index) => neighbours(index, 160)));
    meshWarnings(config);
    assert.ok(performance.now() - started < 3000);
  });
});

function remoteOf(controlPlane: string): { readonly controlPlane: string } {
  return { controlPlane };
}

function neighbours(index: number, count: number): readonly string[] {
  return [`c${(index + count - 1) % count}`, `c${(index + 1) % count}`];
}
