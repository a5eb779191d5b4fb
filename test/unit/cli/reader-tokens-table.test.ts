import assert from "node:assert/strict";
import { readerTokensTable } from "../../../cli/reader-tokens-table";
import type { ClusterTokens, TokenStep } from "../../../operations/deployment";

const west: ClusterTokens = {
  cluster: "west",
  state: "settled",
  awaited: [],
  tokens: [{ name: "first", place: "used", createdAt: "2026-04-30T08:00:00.000Z", ageDays: 213 }],
  readers: [{ cluster: "east", given: "first" }],
  isDue: false,
};

const add: TokenStep = {
  kind: "add",
  what: "make the token second beside first",
  why: "No istiod is given it yet.",
  tokens: ["first", "second"],
  used: "first",
};

function shown(cluster: Partial<ClusterTokens>, step?: TokenStep): string[] {
  const report = { mesh: "mesh1", clusters: [{ ...west, ...cluster }] };
  const steps = new Map(step === undefined ? [] : [["west", step]]);
  return readerTokensTable(report, steps, { colour: false, symbols: false }).split("\n");
}

describe("the table of isthmus rotate tokens", () => {
  it("has the tokens, who goes by which, and what comes next", () => {
    assert.deepEqual(shown({ isDue: true }, add), [
      "ok        west (due)",
      "      token    first, used, 213 days old",
      "      reader   east has been given first",
      "      next     make the token second beside first",
      "               No istiod is given it yet.",
      "",
    ]);
  });

  it("says what is awaited, and of whom", () => {
    const lines = shown({
      state: "following",
      awaited: ["the istiod of east: istiod-1 has not taken it up yet"],
      tokens: [
        { name: "first", place: "leaving", ageDays: 1 },
        { name: "second", place: "used" },
      ],
      readers: [{ cluster: "east", lag: "istiod-1 has not taken it up yet" }],
    });
    assert.deepEqual(lines, [
      "FOLLOWING west",
      "      token    first, to be revoked, 1 day old",
      "      token    second, used, not made yet",
      "      reader   east has been given none of these (istiod-1 has not taken it up yet)",
      "      awaits   the istiod of east: istiod-1 has not taken it up yet",
      "",
    ]);
  });
});
