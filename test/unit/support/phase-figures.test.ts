import assert from "node:assert/strict";
import { figuresOf, isReached, type Goal, type Phase } from "../../lab/phase-figures";
import { tableOf, type WayFigures } from "../../lab/failover-table";
import type { ToldCall } from "../../lab/telling-caller";

const phase: Phase = { name: "scaled to 0", beganAt: 1000, endedAt: 2000 };
const toWest: Goal = { kind: "all", by: "west" };

/** Calls that begin every 20 ms and take 5 ms; who answers, or `-` where nobody does. */
function callsFrom(beganAt: number, ...answers: readonly string[]): ToldCall[] {
  return answers.map((by, index) => {
    const began = beganAt + index * 20;
    return { title: "HTTP", began, at: began + 5, ...(by === "-" ? { reason: "503" } : { by }) };
  });
}

const twelve = (by: string): string[] => Array<string>(12).fill(by);

describe("the figures of calls in a phase", () => {
  it("count calls that began in it, tell who answered, and why not", () => {
    const told = callsFrom(980, "east", "east", "-", "-", ...twelve("west"));
    const { answers, calls, failed, reasons } = figuresOf(phase, "HTTP", told, toWest);
    assert.deepEqual(
      { answers, calls, failed, reasons },
      { answers: { east: 1, west: 12 }, calls: 15, failed: 2, reasons: ["503"] },
    );
  });

  it("have the longest time without an answer, to the phase's end too", () => {
    assert.equal(
      figuresOf(phase, "HTTP", callsFrom(1000, "east", "-", "-", "-", "west"), toWest).longestWithoutMs,
      915,
    );
    assert.equal(figuresOf(phase, "HTTP", [], toWest).longestWithoutMs, 1000);
  });

  it("say when the goal was reached for good, and of none that it was not", () => {
    const after = (goal: Goal, ...answers: readonly string[]): number | undefined =>
      figuresOf(phase, "HTTP", callsFrom(1000, ...answers), goal).reachedAfterMs;
    assert.equal(after(toWest, ...twelve("west")), 0);
    assert.equal(after(toWest, "west", "east", ...twelve("west")), 25);
    assert.equal(after(toWest, ...twelve("west"), "east"), undefined);
    assert.equal(after({ kind: "some", by: "east" }, "west", "east", "west"), 25);
    assert.equal(after({ kind: "some", by: "east" }, "west"), undefined);
    assert.equal(after({ kind: "answered" }, "-", "east", ...twelve("west")), 5);
  });

  it("take a goal for reached by ten calls in a row", () => {
    assert.equal(isReached(callsFrom(0, ...Array<string>(9).fill("west")), toWest), false);
    assert.equal(isReached(callsFrom(0, "east", ...Array<string>(10).fill("west")), toWest), true);
    assert.equal(isReached(callsFrom(0, ...Array<string>(10).fill("west"), "-"), { kind: "answered" }), false);
  });

  it("are a row of the table for each policy, all requests together and connections apart", () => {
    const of = (way: string, isRequest: boolean, answers: readonly string[]): WayFigures => {
      const figures = figuresOf(phase, way, callsFrom(1000, ...answers), toWest);
      return { ...figures, policy: "defaults", way, isRequest };
    };
    const table = tableOf([
      of("HTTP", true, ["-", ...twelve("west")]),
      of("gRPC", true, twelve("west")),
      of("TCP", false, ["-", "-", ...twelve("west")]),
    ]);
    assert.equal(table.split("\n")[2], "| scaled to 0 | defaults | 25 | 1 (HTTP 1) | 14 | 2 | 0.8 s | 0.0 s |");
  });
});
