import assert from "node:assert/strict";
import { describeLag, describeStep, planOf } from "../../../../trust/rotation";
import { crossSignedGoal, goalOf, standingOn } from "./meshes";

const both = ["east", "west"];
const said = (goal: ReturnType<typeof goalOf>) =>
  planOf(standingOn("A", both), goal).map((step) => {
    const { what, why } = describeStep(step, (keyId) => keyId);
    return `${what} ${why}`;
  });

describe("a rotation in words", () => {
  it("says what is done where, and why that loses no call", () => {
    assert.deepEqual(said(goalOf("B", both)), [
      "In east, west: trust A and B. Roots are only added: whatever is accepted today stays accepted.",
      "In east: sign with east below B. Every proxy that was seen trusts B, where its chain leads.",
      "In west: sign with west below B. Every proxy that was seen trusts B, where its chain leads.",
      "In east, west: trust B alone. Every certificate that was seen leads to B, and so does every istiod's.",
    ]);
  });

  it("says both ends of a cross-signed chain", () => {
    const [issue = "", , , , shorten] = said(crossSignedGoal("B", "A", both));
    assert.match(issue, /trusts B or A, where its chain leads\.$/);
    assert.equal(
      shorten,
      "In east, west: present chains without the cross-signed certificate. Every proxy that was seen trusts B itself.",
    );
  });

  it("says what is waited for, and how long it takes by itself", () => {
    assert.match(describeLag({ cluster: "west", what: "roots" }), /^west: .* at half of its lifetime, or at once/);
    assert.match(describeLag({ cluster: "west", what: "leaves" }), /^west: .* or when its pod starts anew$/);
  });
});
