import assert from "node:assert/strict";
import { rotationNames, rotations } from "../../../bench/benchmarks/rotation";

describe("the benchmarks of rotations", () => {
  it("are named after what is changed and the number of clusters, what came of the calls beside", () => {
    assert.deepEqual(
      rotations.map((rotation) => rotationNames(rotation)[0]),
      ["rotate-root-2", "rotate-root-5", "rotate-tokens-2"],
    );
    assert.deepEqual(rotationNames({ kind: "root", clusters: 2 }).slice(1), [
      "rotate-root-requests-2",
      "rotate-root-lost-2",
      "rotate-root-longest-gap-2",
    ]);
  });
});
