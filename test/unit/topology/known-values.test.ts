import assert from "node:assert/strict";
import fc from "fast-check";
import { findUnknown, knownValues, unknownValues, type HelmValues, type ValueReference } from "../../../topology";

const defaults = {
  _internal_defaults_do_not_set: {
    replicas: 1,
    env: {},
    resources: { requests: { cpu: "1" } },
    autoscaling: { min: 1, max: 5 },
    global: { hub: "", proxy: { image: "" } },
    labels: { "istio.io/dataplane-mode": "none" },
  },
};

function read(...keys: readonly string[]): ValueReference {
  return { keys, use: "read" };
}

describe("unknownValues", () => {
  it("finds what the chart does not have, by its path", () => {
    const values = { global: { hbu: "x", proxy: { imag: "y" } }, gloabl: 1, autoscaling: { min: 2, enabled: true } };
    assert.deepEqual(unknownValues(values, defaults), [
      "global.hbu",
      "global.proxy.imag",
      "gloabl",
      "autoscaling.enabled",
    ]);
  });

  it("reads a values.yaml that does not keep its values under one key too", () => {
    assert.deepEqual(unknownValues({ a: { c: 1 }, b: 1 }, { a: { b: 1 } }), ["a.c", "b"]);
    assert.deepEqual(unknownValues({ a: 1 }, {}), ["a"]);
  });

  it("takes everything where the default is empty or no map, and whatever takes the place of a map", () => {
    const values = { env: { X: { y: 1 } }, replicas: { x: 1 }, global: null, autoscaling: "none" };
    assert.deepEqual(unknownValues(values, defaults), []);
  });

  it("takes what a template names though it has no default, and no more", () => {
    const references = [read("autoscaling", "behaviour"), read("global", "tracer", "zipkin", "address")];
    const values = {
      autoscaling: { behaviour: { scaleUp: 1 } },
      global: { tracer: { zipkin: { address: "a", port: 1 }, lightstep: {} } },
    };
    assert.deepEqual(unknownValues(values, defaults, references), [
      "global.tracer.zipkin.port",
      "global.tracer.lightstep",
    ]);
  });

  it("takes everything below a map that a template passes on", () => {
    const references: ValueReference[] = [{ keys: ["labels"], use: "passed-on" }, read("autoscaling")];
    assert.deepEqual(unknownValues({ labels: { team: "a" }, autoscaling: { mni: 1 } }, defaults, references), [
      "autoscaling.mni",
    ]);
  });

  it("takes of a container's resources what Kubernetes knows, even when they are passed on", () => {
    const references: ValueReference[] = [{ keys: ["resources"], use: "passed-on" }];
    const values = { resources: { limits: { "nvidia.com/gpu": 1 }, requests: { memory: "1Gi" }, request: {} } };
    assert.deepEqual(unknownValues(values, defaults, references), ["resources.request"]);
  });

  it("takes below a map that is laid over the top what the top has", () => {
    const references: ValueReference[] = [{ keys: ["pilot"], use: "laid-over-top" }, read("pilot", "cni", "enabled")];
    const values = { pilot: { replicas: 2, autoscaling: { mni: 1 }, cni: { enabled: true }, repicas: 1 } };
    assert.deepEqual(unknownValues(values, defaults, references), ["pilot.autoscaling.mni", "pilot.repicas"]);
    // A search for what was meant must come to an end.
    assert.deepEqual(unknownValues({ nothingLikeIt: 1 }, { pilot: {} }, references), ["nothingLikeIt"]);
    assert.deepEqual(unknownValues({ pilot: { pilot: {} } }, defaults, references), ["pilot.pilot"]);
  });

  it("knows all of a chart's own values, and none of them by another name", () => {
    const key = fc.stringMatching(/^[a-z]{1,8}$/).filter((word) => word !== "resources" && word !== "defaultresources");
    const tree = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: "small" }, fc.integer(), tie("map")),
      map: fc.dictionary(key, tie("value"), { noNullPrototype: true, maxKeys: 4 }),
    })).map as fc.Arbitrary<HelmValues>;
    fc.assert(
      fc.property(tree, (values) => {
        assert.deepEqual(unknownValues(values, values), []);
        const renamed = Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}0`, value]));
        assert.deepEqual(unknownValues(renamed, values), Object.keys(renamed));
      }),
    );
  });

  it("is not led astray by keys that every object has", () => {
    assert.deepEqual(unknownValues({ constructor: 1, toString: { a: 1 } }, defaults), ["constructor", "toString"]);
  });
});

describe("findUnknown", () => {
  function meantBy(values: HelmValues): (readonly string[] | undefined)[] {
    return findUnknown(values, knownValues(defaults)).map(({ meant }) => meant);
  }

  it("tells what was probably meant: a close word there, else the same word elsewhere", () => {
    assert.deepEqual(meantBy({ autoscalling: { min: 1 } }), [["autoscaling"]]);
    assert.deepEqual(meantBy({ global: { proxy: { imgae: "x" } } }), [["global", "proxy", "image"]]);
    assert.deepEqual(meantBy({ image: "x" }), [["global", "proxy", "image"]]);
    assert.deepEqual(meantBy({ global: { replicas: 2 } }), [["replicas"]]);
    assert.deepEqual(meantBy({ nothingLikeIt: 1 }), [undefined]);
  });
});
