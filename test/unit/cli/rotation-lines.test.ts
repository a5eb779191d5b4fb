import assert from "node:assert/strict";
import { rotationLines } from "../../../cli/rotation-lines";
import type { RotationReport, RotationStep } from "../../../operations/deployment";

const generated = { roots: ["first"], issuer: "first", issuers: {} };
const step = (what: string): RotationStep => ({ kind: "issue", generated, what, why: `Why: ${what}` });

const report: RotationReport = {
  mesh: "mesh1",
  roots: ["first", "2031"],
  goal: "2031",
  readiness: { kind: "ready" },
  steps: [step("One."), step("Two.")],
};

describe("a change of roots in words", () => {
  it("says what is next and why it is safe, and what comes then", () => {
    assert.deepEqual(rotationLines(report), [
      "mesh mesh1 has the roots first, 2031; on the way to 2031, 2 updates to go.",
      "next   One.",
      "       Why: One.",
      "then   Two.",
    ]);
  });

  it("says what it waits for, and what the mesh lacks of its file", () => {
    const [, waiting] = rotationLines({ ...report, readiness: { kind: "following", words: ["east: 1 proxy"] } });
    assert.equal(waiting, "wait   east: 1 proxy");
    const [, unapplied] = rotationLines({ ...report, readiness: { kind: "unapplied", words: ["the root 2031"] } });
    assert.equal(unapplied, "update the root 2031");
    const [, broken] = rotationLines({ ...report, readiness: { kind: "broken", words: ["a workload"] } });
    assert.equal(broken, "Calls fail as it stands: a workload");
  });

  it("says that there is nothing to do, or nothing begun", () => {
    const done = { ...report, roots: ["2031"], steps: [] };
    assert.deepEqual(rotationLines(done), ["mesh mesh1 has the root 2031; nothing is left to do."]);
    const { mesh, readiness } = report;
    assert.deepEqual(rotationLines({ mesh, readiness, roots: ["first"], steps: [] }), [
      "mesh mesh1 has the root first; no change of roots is under way.",
      "`--to` with a new name begins one.",
    ]);
    assert.match(
      rotationLines({ ...done, readiness: { kind: "following", words: ["w"] } }).join(),
      /all updates done.*wait {3}w/,
    );
  });
});
