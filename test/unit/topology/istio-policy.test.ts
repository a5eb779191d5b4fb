import assert from "node:assert/strict";
import { authorizationOutline, denyingPolicies, isForAll, oldestOf } from "../../../topology";

describe("a policy of Istio's", () => {
  it("is for all without a selector, and with one that says nothing", () => {
    for (const spec of [{}, { selector: {} }, { selector: { matchLabels: {} } }, { targetRefs: [] }]) {
      assert.ok(isForAll(spec), JSON.stringify(spec));
    }
    for (const spec of [{ selector: { matchLabels: { app: "old" } } }, { targetRef: { name: "waypoint" } }]) {
      assert.ok(!isForAll(spec), JSON.stringify(spec));
    }
  });

  it("denies every call by a rule for all, or by allowing nothing beside none that allows", () => {
    const nothing = authorizationOutline({});
    const everything = authorizationOutline({ action: "DENY", rules: [{}] });
    const some = authorizationOutline({ rules: [{ from: [] }] });
    const ofOne = authorizationOutline({ selector: { matchLabels: { app: "old" } } });
    assert.deepEqual(denyingPolicies([nothing, ofOne]), [nothing]);
    assert.deepEqual(denyingPolicies([nothing, everything, some]), [everything]);
    assert.deepEqual(denyingPolicies([nothing], [some]), []);
    assert.deepEqual(denyingPolicies([authorizationOutline({ action: "AUDIT" })]), []);
  });

  it("counts by its age, and by its name among those of one age", () => {
    const one = { name: "b", createdAt: "2026-01-02T00:00:00Z" };
    const older = { name: "c", createdAt: "2026-01-01T00:00:00Z" };
    const other = { name: "a", createdAt: "2026-01-02T00:00:00Z" };
    assert.equal(oldestOf([one, older, other]), older);
    assert.equal(oldestOf([one, other]), other);
    assert.equal(oldestOf<typeof one>([]), undefined);
  });
});
