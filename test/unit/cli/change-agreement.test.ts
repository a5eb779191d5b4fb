import assert from "node:assert/strict";
import { ensureChangeAgreed, harmsOf } from "../../../cli/change-agreement";
import type { Asker } from "../../../cli/confirm";
import { Interrupted } from "../../../cli/failure";
import { interruptions, type MeshSummary } from "../../../operations/summary";
import { ConfigurationError } from "../../../topology";
import { recordedChanges } from "../../engine/paper/changes";
import { recordedSummary } from "../../support/previews";

/** Somebody who types this; undefined for nobody. */
function someone(typed?: string): Asker & { readonly told: string[]; readonly questions: string[] } {
  const told: string[] = [];
  const questions: string[] = [];
  return {
    told,
    questions,
    canAsk: typed !== undefined,
    say: (words) => void told.push(words),
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(typed);
    },
  };
}

const agree = (summary: MeshSummary, asker: Asker, isQuiet = false): Promise<void> =>
  ensureChangeAgreed({ command: "isthmus up", summary, isQuiet }, asker);

const nothing = {
  ...recordedSummary("cluster-joins"),
  outcome: "none",
  changes: { same: 40 },
  clusters: [],
  risks: [],
};

describe("a change of a mesh", () => {
  it("is asked for at a terminal, with what it means before", async () => {
    const asker = someone("yes");
    await agree(recordedSummary("cluster-joins"), asker, true);
    assert.match(asker.told.join("\n"), /1 cluster joins/);
    assert.match(asker.questions.join("\n"), /^This is to change mesh .* \(stack prod\)\. Type yes to go on: $/);
    await assert.rejects(agree(recordedSummary("cluster-joins"), someone("y")), Interrupted);
  });

  it("is asked for with what it takes away and what it may interrupt", async () => {
    const asker = someone("yes");
    await agree(recordedSummary("cluster-leaves"), asker);
    assert.match(
      asker.questions.join("\n"),
      /, which takes the mesh out of \w+, takes resources away \(delete \d+.*\), may interrupt traffic\. /,
    );
    // Risks come before changes.
    assert.match(asker.told.join("\n"), /HIGH[^]*leaves/);
  });

  it("goes on unasked where there is nobody, if it harms nothing; quietly where that is wanted", async () => {
    const [asker, quiet] = [someone(), someone()];
    await agree(recordedSummary("cluster-joins"), asker);
    await agree(recordedSummary("cluster-joins"), quiet, true);
    assert.match(asker.told.join("\n"), /1 cluster joins/);
    assert.deepEqual(quiet.told, []);
  });

  it("is asked about by nobody where there is nothing to change", async () => {
    for (const asker of [someone(), someone("no")]) {
      await agree(nothing as MeshSummary, asker);
      assert.deepEqual([asker.told, asker.questions], [[], []]);
    }
  });

  it("is refused where there is nobody, whatever of all recorded changes takes away or may interrupt", async () => {
    for (const { name } of recordedChanges) {
      const summary = recordedSummary(name);
      if (summary.outcome !== "changes" && summary.outcome !== "not-known") continue;
      const { delete: deleted = 0, replace: replaced = 0 } = summary.changes;
      const isHarmless = deleted + replaced === 0 && interruptions(summary).length === 0;
      assert.equal(harmsOf(summary).length === 0, isHarmless, name);
      const asker = someone();
      if (isHarmless) await agree(summary, asker);
      else {
        await assert.rejects(agree(summary, asker, true), (error: unknown) => {
          assert.ok(error instanceof ConfigurationError, String(error));
          assert.match(
            error.message,
            /^isthmus up: .*It was to change mesh .* which .*: if that is meant, say --yes\.$/,
          );
          return true;
        });
        // What it would have done is part of the refusal: also where quiet is wanted.
        assert.ok(asker.told.length > 0, name);
      }
    }
  });

  it("counts what the engine does that nobody here knows as taking away", () => {
    const { changes } = nothing;
    assert.deepEqual(harmsOf({ ...(nothing as MeshSummary), changes: { ...changes, update: 3, read: 1 } }), []);
    assert.deepEqual(harmsOf({ ...(nothing as MeshSummary), changes: { ...changes, "delete-replaced": 0 } }), []);
    assert.deepEqual(harmsOf({ ...(nothing as MeshSummary), changes: { ...changes, "remove-pending-replace": 2 } }), [
      "takes resources away (remove-pending-replace 2)",
    ]);
  });

  it("is asked for where it does more than its preview knows", async () => {
    const change = { command: "isthmus up", summary: nothing as MeshSummary, isQuiet: true };
    const unseen = ["begins with a refresh"];
    await assert.rejects(
      ensureChangeAgreed({ ...change, unseen }, someone()),
      /which begins with a refresh: if that is/,
    );
  });

  it("that the update would refuse is refused with its problems, whoever is there", async () => {
    const refusals = [{ path: "isthmus:mesh.id", expected: "another id", found: "mesh1", fix: "Change it." }];
    const refused: MeshSummary = { ...(nothing as MeshSummary), outcome: "refused", refusals };
    for (const asker of [someone(), someone("yes")]) {
      await assert.rejects(agree(refused, asker), { name: "ConfigurationError", problems: refusals });
      assert.deepEqual(asker.questions, []);
    }
  });

  it("that could not be previewed is not made, whoever is there", async () => {
    const failed = recordedSummary("failed");
    for (const asker of [someone(), someone("yes")]) {
      await assert.rejects(agree(failed, asker), /the preview failed, so that nothing was changed: /);
      assert.match(asker.told.join("\n"), /The preview failed:/);
      assert.deepEqual(asker.questions, []);
    }
  });
});
