import assert from "node:assert/strict";
import fc from "fast-check";
import { chartSource } from "../../../components/internal/chart";
import { baseValues, eastWestGatewayValues, istiodValues } from "../../../components/internal/helm-values";
import { unknownValues } from "../../../components/internal/known-values";
import { mergeValues } from "../../../components/internal/merge-values";
import type { ClusterPlan } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

const plan = planOf(twoPrimaries);
const east = plan.clusters[0] as ClusterPlan;

describe("Helm values", () => {
  it("puts what the user adds over what follows from the plan", () => {
    const added = planOf({
      ...twoPrimaries,
      istio: {
        ...twoPrimaries.istio,
        values: { istiod: { global: { imagePullPolicy: "Always" }, env: { A: "b" } }, gateway: { replicaCount: 2 } },
      },
    });
    assert.deepEqual(istiodValues(added, east), {
      env: { A: "b" },
      global: {
        hub: "docker.io/istio",
        imagePullPolicy: "Always",
        meshID: "mesh1",
        multiCluster: { clusterName: "east" },
        network: "east",
        tag: "1.31.1",
      },
      meshConfig: { trustDomain: "mesh1.internal" },
    });
    assert.deepEqual(eastWestGatewayValues(added.istio, east), {
      networkGateway: "east",
      readinessProbe: {
        failureThreshold: 60,
        httpGet: { path: "/healthz/ready", port: 15021 },
        periodSeconds: 1,
        timeoutSeconds: 3,
      },
      replicaCount: 2,
    });
    assert.deepEqual(baseValues(added.istio), {});
  });
});

describe("mergeValues", () => {
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small" }, fc.integer(), fc.array(fc.integer()), tie("map")),
    map: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { noNullPrototype: true }),
  })).map;

  it("replaces lists and scalars, and merges maps", () => {
    assert.deepEqual(mergeValues({ a: [1, 2], b: { c: 1, d: 1 } }, { a: [3], b: { c: 2 } }), {
      a: [3],
      b: { c: 2, d: 1 },
    });
    assert.deepEqual(mergeValues({ a: { b: 1 } }, { a: 2 }), { a: 2 });
    assert.deepEqual(mergeValues({ a: 2 }, { a: { b: 1 } }), { a: { b: 1 } });
  });

  it("has the extra values as they are, whatever they are laid over", () => {
    fc.assert(
      fc.property(tree, tree, (base, extra) =>
        assert.deepEqual(mergeValues(mergeValues(base, extra), extra), mergeValues(base, extra)),
      ),
    );
    fc.assert(fc.property(tree, (extra) => assert.deepEqual(mergeValues({}, extra), extra)));
  });

  it("writes the same values as the same text", () => {
    assert.equal(
      JSON.stringify(mergeValues({ b: 1, a: { d: 1, c: 1 } }, {})),
      JSON.stringify(mergeValues({ a: { c: 1, d: 1 } }, { b: 1 })),
    );
  });
});

describe("chartSource", () => {
  it("names a chart of the public repository with Istio's version", () => {
    const { istio } = planOf({ ...twoPrimaries, istio: { version: "1.31.1" } });
    assert.deepEqual(chartSource(istio, "istiod"), {
      chart: "istiod",
      version: "1.31.1",
      repositoryOpts: { repo: "https://blob.istio.io/istio-release/charts" },
    });
  });

  it("names a directory so that Helm takes it for one", () => {
    for (const [directory, chart] of [
      ["charts", "./charts/base"],
      ["./charts/", "./charts/base"],
      [".lab/charts", ".lab/charts/base"],
      ["../charts", "../charts/base"],
      ["/srv/charts", "/srv/charts/base"],
    ] as const) {
      const { istio } = planOf({ ...twoPrimaries, istio: { version: "1.31.1", charts: { directory } } });
      assert.deepEqual(chartSource(istio, "base"), { chart });
    }
  });
});

describe("unknownValues", () => {
  const defaults = {
    _internal_defaults_do_not_set: { env: {}, global: { hub: "", proxy: { image: "" } }, meshConfig: { a: 1 } },
  };

  it("finds a value that the chart does not have, by its path", () => {
    assert.deepEqual(unknownValues({ global: { hbu: "x", proxy: { imag: "y" } }, gloabl: 1 }, defaults), [
      "global.hbu",
      "global.proxy.imag",
      "gloabl",
    ]);
  });

  it("takes everything below what the chart leaves open", () => {
    assert.deepEqual(
      unknownValues({ env: { X: "1" }, meshConfig: { trustDomain: "b" }, global: { hub: "h" } }, defaults),
      [],
    );
  });
});
