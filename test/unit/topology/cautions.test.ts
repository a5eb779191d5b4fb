import assert from "node:assert/strict";
import { formatProblem, meshWarnings, parseMesh, type MeshConfig } from "../../../topology";
import { cautions } from "../../../topology/rules";
import { externals, mesh, meshOf } from "./meshes";
import { assertWellFormed } from "./problems";

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
  "gateways-in-use": [
    meshOf({ east: { eastWestGateway: { annotations: { "example.org/a": "b" } } }, west: {} }),
    "isthmus:mesh.clusters.east.eastWestGateway: expected nothing, because no cluster of another network calls east, which gets no gateway, found settings of a gateway. Remove them, or keep them for the day when a second network joins.",
  ],
  "exposed-istiod-in-use": [
    meshOf({ east: {}, west: { exposedIstiod: { address: "203.0.113.11" } } }),
    "isthmus:mesh.clusters.west.exposedIstiod: expected nothing, because no istiod in west serves another cluster, found settings of a Service that is not made. Remove them, or keep them for the day when another cluster names this one as its `controlPlane`.",
  ],
  "revision-installed": [
    mesh({ namespaces: { shop: { revision: "stable" } } }),
    'isthmus:mesh.namespaces.shop.revision: expected `default`, the revision that Isthmus installs, found "stable". Remove it, or make sure that every cluster has that revision or tag: without one, pods start without a sidecar.',
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
  size: [
    primaries(22),
    "isthmus:mesh.clusters: expected control planes that read at most 20 other clusters each, found 22 that read up to 21. Give every istiod memory for what it reads, about 180 MB for a cluster of 4000 endpoints, or say in `peers` which clusters it is to read.",
  ],
};

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
  warnings.forEach(assertWellFormed);
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
    ["two networks with settings of gateways", meshOf({ east: { network: "east", ...addressed }, west: {} })],
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
