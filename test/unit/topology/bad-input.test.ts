import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProblem, meshWarnings, planMesh } from "../../../topology";
import { anyJson, changedConfig } from "./bad-input";
import { assertWellFormed, meshOrProblems, problemsOf } from "./problems";

/** Parts of the configuration that the generator must hit, each in at least one case of two hundred. */
const parts = [
  "controlPlane",
  "externalControlPlanes",
  "peers",
  "ranges",
  "apiServer",
  "eastWestGateway",
  "exposedIstiod",
  "namespaces",
  "replaces",
  "values",
] as const;

/** So many cases hit each part of the configuration at least once, but for a chance of one in a thousand. */
const enoughToJudge = 1000;

describe("bad input", () => {
  it("is answered by well-formed problems, each once, or is right and gives a plan", () => {
    let tried = 0;
    let refused = 0;
    const hits = new Map<string, number>(parts.map((part) => [part, 0]));
    fc.assert(
      fc.property(changedConfig, (config) => {
        tried++;
        const answer = meshOrProblems(config);
        if ("clusters" in answer) {
          for (const warning of meshWarnings(answer)) assertWellFormed(warning, config);
          planMesh(answer);
          return;
        }
        refused++;
        assert.ok(answer.length > 0);
        for (const problem of answer) assertWellFormed(problem, config);
        const lines = answer.map(formatProblem);
        assert.equal(new Set(lines).size, lines.length, lines.join("\n"));
        for (const part of parts) {
          if (answer.some(({ path }) => path.includes(`.${part}`))) hits.set(part, (hits.get(part) ?? 0) + 1);
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(refused > tried / 2, `only ${refused} of ${tried} were wrong: the generator has gone soft`);
    // Some parts are hit by one case in a hundred: what a busy machine has had time for says nothing of those.
    if (tried < enoughToJudge) return;
    const missed = [...hits].filter(([, count]) => count < tried / 1000);
    assert.deepEqual(missed, [], "the generator has gone soft");
  });

  it("may be any JSON", () => {
    fc.assert(
      fc.property(anyJson, (json) => {
        const problems = problemsOf(json);
        assert.ok(problems.length > 0);
        for (const problem of problems) assertWellFormed(problem, json);
      }),
      { numRuns: 2000 },
    );
  });
});
