import assert from "node:assert/strict";
import fc from "fast-check";
import { formatCase, parseCase, shorterCases } from "../../../engine/fuzz/case";
import { changed, isValid, settled, standingOf } from "../../../engine/fuzz/configuration";
import { generateCase } from "../../../engine/fuzz/generator";
import { Random } from "../../../engine/fuzz/random";

const cases = fc.integer().map((seed) => generateCase(seed, "file"));

describe("the cases of the fuzzer", () => {
  it("follow from their seeds", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => assert.deepEqual(generateCase(seed, "s3"), generateCase(seed, "s3"))),
    );
  });

  it("begin with a mesh, and go on with what may be written after an update that succeeded", () => {
    fc.assert(
      fc.property(cases, ({ mesh, steps }) => {
        assert.ok(isValid(mesh));
        let standing = standingOf(mesh);
        for (const { change } of steps) {
          const next = changed(standing, change);
          assert.ok(next !== undefined, JSON.stringify(change));
          standing = settled(next);
        }
      }),
    );
  });

  it("come back from their files", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const recorded = { ...one, failure: "it does not converge" };
        assert.deepEqual(parseCase(formatCase(recorded)), recorded);
      }),
    );
    assert.throws(() => parseCase("[]"), /expected a case of the fuzzer/);
  });

  it("grow shorter by a step", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const shorter = shorterCases(one);
        assert.equal(shorter.length, one.steps.length);
        for (const { steps } of shorter) assert.equal(steps.length, one.steps.length - 1);
        assert.deepEqual(shorter[0]?.steps, one.steps.slice(0, -1));
      }),
    );
  });

  it("hold every kind of change, of disturbance and of victim", () => {
    const many = Array.from({ length: 400 }, (_none, seed) => generateCase(seed, "file"));
    const steps = many.flatMap((one) => one.steps);
    const changes = new Set(steps.map(({ change }) => change.kind));
    assert.deepEqual([...changes].sort(), ["add", "control-plane", "network", "nothing", "remove", "rename", "stacks"]);
    const disturbances = steps.flatMap(({ disturbance }) => disturbance ?? []);
    const kinds = new Set(disturbances.map((one) => (one.kind === "kill" ? one.victim : one.kind)));
    assert.deepEqual([...kinds].sort(), [
      "all",
      "fault",
      "isthmus",
      "language-host",
      "plugin",
      "program",
      "pulumi",
      "second-run",
    ]);
    assert.ok(many.some(({ mesh }) => mesh.externalControlPlanes !== undefined));
    assert.ok(many.some(({ mesh }) => mesh.stacks === "per-cluster"));
  });
});

describe("numbers from a seed", () => {
  it("are below their limit, and are not all the same", () => {
    const random = new Random(1);
    const numbers = Array.from({ length: 200 }, () => random.below(7));
    assert.deepEqual([...new Set(numbers)].sort(), [0, 1, 2, 3, 4, 5, 6]);
  });

  it("choose from nothing never", () => {
    assert.throws(() => new Random(1).pick([]), RangeError);
  });
});
