import assert from "node:assert/strict";
import { parsePartOutputs } from "../../../stacks";

describe("what a part of a mesh says that it uses", () => {
  const part = { offers: {}, uses: { "trust:root": "a" }, formerUses: { "west:istiod": "serves" } };

  it("is what its last update was made from", () => {
    assert.deepEqual(parsePartOutputs({ part: { ...part, digest: "d" } }).part.uses, { "trust:root": "a" });
  });

  it("is also what it used before, as long as the update that is to drop it has failed", () => {
    assert.deepEqual(parsePartOutputs({ part }).part.uses, { "trust:root": "a", "west:istiod": "serves" });
  });

  it("is that alone where nothing is to be dropped", () => {
    assert.deepEqual(parsePartOutputs({ part: { offers: {}, uses: part.uses } }).part.uses, part.uses);
  });
});
