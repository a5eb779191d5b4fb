import assert from "node:assert/strict";
import { together } from "../../../../operations/parts/together";
import { UnfinishedUpdate } from "../../../../operations/stack";
import { ConfigurationError, type Problem } from "../../../../topology";

const problem = (path: string): Problem => ({ path, expected: "another", found: "this", fix: "Mend it." });

describe("errors of several parts", () => {
  it("are one with all mistakes of the user's", () => {
    const error = together([new ConfigurationError([problem("a")]), new ConfigurationError([problem("b")])]);
    assert.ok(error instanceof ConfigurationError);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["a", "b"],
    );
  });

  it("are one with all clusters in which something is left to do", () => {
    const error = together([
      new UnfinishedUpdate("east is not done", ["east"], [problem("a")]),
      new UnfinishedUpdate("west is not done", ["west"], [], [{ cluster: "west", words: "istiod 0/1: no room" }]),
    ]);
    assert.ok(error instanceof UnfinishedUpdate);
    assert.equal(error.message, "east is not done; west is not done");
    assert.deepEqual([error.clusters, error.problems], [["east", "west"], [problem("a")]]);
    assert.deepEqual(error.causes, [{ cluster: "west", words: "istiod 0/1: no room" }]);
  });

  it("of several kinds are the one that nobody foresaw, else the unfinished one", () => {
    const mistake = new ConfigurationError([problem("a")]);
    const unfinished = new UnfinishedUpdate("east is not done", ["east"], []);
    const other = new Error("no room left on the disk");
    assert.equal(together([mistake, unfinished, other]), other);
    assert.equal(together([mistake, unfinished]), unfinished);
  });
});
