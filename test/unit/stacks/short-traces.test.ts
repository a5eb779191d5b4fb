import assert from "node:assert/strict";
import { withShortTraces } from "../../../stacks/short-traces";

const frames = (error: Error): number => (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)).length;

describe("short stack traces", () => {
  it("hold while something is made, and no longer, even when it fails", () => {
    const before = Error.stackTraceLimit;
    assert.equal(frames(withShortTraces(() => new Error("made"))), 1);
    assert.equal(Error.stackTraceLimit, before);
    assert.throws(
      () =>
        withShortTraces(() => {
          throw new Error("failed");
        }),
      /failed/,
    );
    assert.equal(Error.stackTraceLimit, before);
    assert.ok(frames(new Error("after")) > 1);
  });

  it("are not for who looks for leaked promises", () => {
    process.env["PULUMI_DEBUG_PROMISE_LEAKS"] = "true";
    try {
      assert.ok(frames(withShortTraces(() => new Error("made"))) > 1);
    } finally {
      delete process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
    }
  });
});
