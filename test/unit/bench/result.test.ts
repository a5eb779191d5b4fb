import assert from "node:assert/strict";
import { median, resultOf } from "../../../bench/result";

describe("bench results", () => {
  it("takes the middle run, or the mean of the two in the middle", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.throws(() => median([]), RangeError);
  });

  it("puts the peer beside it, with the ratio", () => {
    const date = new Date("2026-01-02T03:04:05Z");
    assert.deepEqual(
      resultOf(
        { name: "join-2", unit: "s", runs: [10.004, 12, 11], peer: { name: "runbook", runs: [22, 20, 24] } },
        "m",
        date,
      ),
      {
        name: "join-2",
        value: 11,
        unit: "s",
        runs: [10, 12, 11],
        peer: "runbook",
        peerValue: 22,
        peerRuns: [22, 20, 24],
        ratio: 0.5,
        machine: "m",
        date: "2026-01-02T03:04:05.000Z",
      },
    );
    assert.deepEqual(resultOf({ name: "lab-2", unit: "s", runs: [1] }, "m", date), {
      name: "lab-2",
      value: 1,
      unit: "s",
      runs: [1],
      machine: "m",
      date: "2026-01-02T03:04:05.000Z",
    });
  });
});
