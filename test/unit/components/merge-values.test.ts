import assert from "node:assert/strict";
import fc from "fast-check";
import { mergeValues } from "../../../topology";

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
