import assert from "node:assert/strict";
import { planNames, planSizes, resourcesIn } from "../../../bench/benchmarks/plan";

describe("the benchmark of the plan's growth", () => {
  it("names what it measures after the number of clusters", () => {
    assert.deepEqual(planNames({ clusters: 160, rounds: 1 }), [
      "plan-160",
      "plan-memory-160",
      "plan-engine-memory-160",
      "plan-plugins-memory-160",
      "plan-resources-160",
    ]);
    assert.deepEqual(
      planSizes.map(({ clusters }) => clusters),
      [2, 10, 40, 160],
    );
  });

  it("reads how many resources a preview would create", () => {
    assert.equal(resourcesIn("\nResources:\n    + 205 to create\n\n"), 205);
    assert.throws(() => resourcesIn("Resources:\n    45 unchanged\n"), /without a count/);
  });
});
