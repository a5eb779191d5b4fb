import assert from "node:assert/strict";
import { upgradeOf } from "../../../bench/benchmarks/summary";
import { summarise, toMarkdown } from "../../../operations/summary";
import { planOf, primaries } from "../../support/plans";

describe("the benchmark of the summary", () => {
  it("tells of a change of every cluster, each in its own words", () => {
    const summary = summarise({ stack: "bench", plan: planOf(primaries(3)), stacks: [upgradeOf(3)] });
    assert.deepEqual(
      summary.clusters.map(({ name, changes }) => [name, ...changes.map(({ words }) => words)]),
      ["c000", "c001", "c002"].map((name) => [
        name,
        "istiod 1.31.0 to 1.31.1",
        "values of istiod: global.logging.level",
      ]),
    );
    assert.match(toMarkdown(summary), /\+ values\.global\.logging\.level: "default:2"/);
  });
});
