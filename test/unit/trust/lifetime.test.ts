import assert from "node:assert/strict";
import { daysUntil, endWords, lifetimeState, type Lifetime, type LifetimeState } from "../../../trust";

const dayMs = 24 * 60 * 60 * 1000;
const now = new Date("2026-11-29T12:00:00Z");
const inDays = (days: number): Date => new Date(now.getTime() + days * dayMs);

/** A lifetime of so many days, of which so many are left. */
const living = (days: number, left: number): Lifetime => ({ from: inDays(left - days), until: inDays(left) });

describe("a certificate's lifetime", () => {
  it("is near its end for its last 60 days, or its last third where it is short", () => {
    const cases: readonly (readonly [Lifetime, LifetimeState])[] = [
      [living(365, 60), "good"],
      [living(365, 59.9), "ending"],
      [living(1825, 61), "good"],
      [living(30, 10), "good"],
      [living(30, 9.9), "ending"],
      [living(30, 0), "ending"],
      [living(30, -0.1), "past"],
      [{ until: inDays(61) }, "good"],
      [{ until: inDays(59) }, "ending"],
      [{ until: inDays(-1) }, "past"],
    ];
    for (const [lifetime, state] of cases) assert.equal(lifetimeState(lifetime, now), state, JSON.stringify(lifetime));
  });

  it("is told in whole days", () => {
    const words = (days: number): string => endWords(inDays(days), daysUntil(inDays(days), now));
    assert.equal(words(10.9), "ends on 2026-12-10, in 10 days");
    assert.equal(words(1), "ends on 2026-11-30, in 1 day");
    assert.equal(words(0.5), "ends within a day, at 2026-11-30T00:00:00.000Z");
    assert.equal(words(-0.1), "ended on 2026-11-29");
  });
});
