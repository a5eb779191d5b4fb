import assert from "node:assert/strict";
import { formatProblem, meshWarnings, ownedValues, parseMesh, type MeshConfig } from "../../../topology";
import { cautions, rules } from "../../../topology/rules";
import { defaultLifetimes } from "../../../topology/rules/trust";
import { onlyProblem, problemsOf } from "./problems";

function mesh(change: Partial<MeshConfig> = {}): MeshConfig {
  return {
    id: "mesh1",
    istio: { version: "1.31.1" },
    clusters: { east: { network: "east", access: { context: "lab-east" } } },
    ...change,
  };
}

const ruleCases: Readonly<Record<string, readonly [config: MeshConfig, problem: string]>> = {
  "at-least-one-cluster": [
    mesh({ clusters: {} }),
    "isthmus:mesh.clusters: expected at least one cluster, found none. Add one, for example `east: { network: network1, access: { context: my-context } }`.",
  ],
  "one-context-a-cluster": [
    mesh({
      kubeconfig: "./config",
      clusters: {
        west: { network: "a", access: { context: "one" } },
        east: { network: "a", access: { context: "one", kubeconfig: "config" } },
      },
    }),
    'isthmus:mesh.clusters.west.access.context: expected a context of its own, found the context of cluster east, "one". Name the context of west, or remove one of the two clusters: one cluster can join a mesh only once.',
  ],
  "root-outlives-intermediates": [
    mesh({ trust: { rootLifetimeDays: 365 } }),
    "isthmus:mesh.trust.rootLifetimeDays: expected more days than the intermediates live, 365, found the number 365. Let the root live longer or the intermediates shorter: a chain ends when its root does.",
  ],
  "renewal-ends": [
    mesh({ trust: { intermediateLifetimeDays: 90 } }),
    "isthmus:mesh.trust.renewBeforeDays: expected fewer days than the intermediates live, 90, found the number 90. Make it smaller: as it is, every `pulumi up` would renew every intermediate again.",
  ],
  "supported-istio": [
    mesh({ istio: { version: "1.30.3" } }),
    'isthmus:mesh.istio.version: expected 1.30.4 or later, found "1.30.3". Take a later version: before it a running istiod ignores renewed credentials of the other clusters.',
  ],
  "published-images": [
    mesh({ istio: { version: "1.31.0", hub: "gcr.io/istio-release" } }),
    'isthmus:mesh.istio.hub: expected a host that has Istio 1.31 and later, found "gcr.io/istio-release". Remove it to take the default, `docker.io/istio`: Istio no longer publishes there.',
  ],
  "published-charts": [
    mesh({
      istio: { version: "1.31.0", charts: { repository: "https://istio-release.storage.googleapis.com/charts" } },
    }),
    'isthmus:mesh.istio.charts.repository: expected a host that has Istio 1.31 and later, found "https://istio-release.storage.googleapis.com/charts". Remove it to take the default, `https://blob.istio.io/istio-release/charts`: Istio no longer publishes there.',
  ],
  "owned-values": [
    mesh({ istio: { version: "1.31.1", values: { istiod: { pilot: { env: { CLUSTER_ID: "x" } } } } } }),
    "isthmus:mesh.istio.values.istiod.pilot.env.CLUSTER_ID: expected nothing, because Isthmus decides this value, found a value. Set `id`, `trustDomain` or the cluster's `network` instead: every cluster gets its value from there.",
  ],
  "nested-values": [
    mesh({ istio: { version: "1.31.1", values: { gateway: { "service.type": "NodePort" } } } }),
    'isthmus:mesh.istio.values.gateway["service.type"]: expected a key without dots, found a path in one key. Nest it, as in a values file: Helm ignores a path in one key.',
  ],
};

describe("rules", () => {
  it("have each a case here", () => {
    assert.deepEqual(
      Object.keys(ruleCases),
      rules.map(({ id }) => id),
    );
  });

  for (const [id, [config, problem]] of Object.entries(ruleCases)) {
    it(`${id}: says so when broken, and nothing else does`, () => {
      assert.equal(onlyProblem(config), problem);
    });
  }

  it("hold for the values next to the border", () => {
    for (const config of [
      mesh({ trust: { rootLifetimeDays: 366 } }),
      mesh({ trust: { intermediateLifetimeDays: 91 } }),
      mesh({ istio: { version: "1.30.4" } }),
      mesh({ istio: { version: "1.30.4", hub: "gcr.io/istio-release" } }),
      mesh({ istio: { version: "1.31.1", hub: "mirror.example.org/gcr.io/istio-release" } }),
      mesh({
        istio: {
          version: "1.31.1",
          values: { istiod: { global: { proxy: { resources: {} } }, env: { PILOT_X: "1" } } },
        },
      }),
    ]) {
      assert.deepEqual(problemsOf(config), []);
    }
  });

  it("wait for the values that they judge by", () => {
    // 20 days is no more than the default intermediate's 365, but what the user meant for it is not known.
    const config = mesh({ trust: { rootLifetimeDays: 20, intermediateLifetimeDays: "ten" as unknown as number } });
    assert.deepEqual(
      problemsOf(config).map(({ path }) => path),
      ["isthmus:mesh.trust.intermediateLifetimeDays"],
    );
  });

  it("are not held up by a problem whose path only begins alike", () => {
    const config = mesh({ trustDomain: "-", trust: { rootLifetimeDays: 20 } });
    assert.deepEqual(
      problemsOf(config).map(({ path }) => path),
      ["isthmus:mesh.trustDomain", "isthmus:mesh.trust.rootLifetimeDays"],
    );
  });

  it("refuse every value that Isthmus owns, in every chart", () => {
    for (const [chart, values] of Object.entries(ownedValues)) {
      for (const { path } of values) {
        const nested = path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), "x");
        const config = mesh({ istio: { version: "1.31.1", values: { [chart]: nested } } });
        const paths = problemsOf(config).map((problem) => problem.path);
        assert.ok(
          paths.includes(`isthmus:mesh.istio.values.${chart}.${path}`),
          `${chart} ${path}: ${paths.join(", ")}`,
        );
      }
    }
  });

  it("judge by the defaults that the schema states", () => {
    const { trust } = parseMesh(mesh());
    const { rootLifetimeDays, intermediateLifetimeDays, renewBeforeDays } = trust;
    assert.deepEqual({ rootLifetimeDays, intermediateLifetimeDays, renewBeforeDays }, defaultLifetimes);
  });
});

const cautionCases: Readonly<Record<string, readonly [config: MeshConfig, path: string]>> = {
  "renewal-in-time": [mesh({ trust: { renewBeforeDays: 0 } }), "isthmus:mesh.trust.renewBeforeDays"],
  "trust-domain-of-its-own": [mesh({ trustDomain: "cluster.local" }), "isthmus:mesh.trustDomain"],
  "hosts-that-stay": [
    mesh({ istio: { version: "1.30.5", hub: "registry.istio.io/release" } }),
    "isthmus:mesh.istio.hub",
  ],
  size: [
    mesh({
      clusters: Object.fromEntries(
        Array.from({ length: 21 }, (_, index) => [`c${index}`, { network: "a", access: { context: `k${index}` } }]),
      ),
    }),
    "isthmus:mesh.clusters",
  ],
};

describe("meshWarnings", () => {
  it("have each a case here", () => {
    assert.deepEqual(
      Object.keys(cautionCases),
      cautions.map(({ id }) => id),
    );
  });

  for (const [id, [config, path]] of Object.entries(cautionCases)) {
    it(`${id}: warns of a configuration that is accepted`, () => {
      const warnings = meshWarnings(parseMesh(config));
      assert.deepEqual(
        warnings.map((warning) => warning.path),
        [path],
        warnings.map(formatProblem).join("\n"),
      );
    });
  }

  it("are silent about the usual", () => {
    assert.deepEqual(meshWarnings(parseMesh(mesh())), []);
  });
});
