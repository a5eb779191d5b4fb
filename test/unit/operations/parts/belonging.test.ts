import assert from "node:assert/strict";
import { isSaidToBelong } from "../../../../operations/parts/belonging";
import { partStackOf } from "../../../../operations/parts/states";

describe("isSaidToBelong", () => {
  const part = { offers: {}, uses: {} };

  it("goes by the clusters that the last update told of, also where it failed and has no digest", () => {
    assert.ok(isSaidToBelong("east", partStackOf({ part, clusters: { east: {} } }, "east")));
    assert.ok(isSaidToBelong("control", partStackOf({ part, controlPlanes: { control: {} } }, "control")));
    assert.ok(isSaidToBelong("oost", partStackOf({ part, clusters: { east: {} } }, "east", "east")));
    assert.ok(isSaidToBelong("east", partStackOf({ part: { ...part, digest: "0a1b" } }, "east")));
  });

  it("knows nothing of one that was left out, or that said nothing yet", () => {
    assert.ok(!isSaidToBelong("east", partStackOf({ part, clusters: {}, controlPlanes: {} }, "east")));
    assert.ok(!isSaidToBelong("east", partStackOf({}, "east")));
  });
});
