import assert from "node:assert/strict";
import { withoutPromiseTraces } from "../../../stacks/promise-traces";

/** As the SDK's debuggablePromise takes it (runtime/debuggable.js). */
const promiseTrace = (): string | undefined => new Error().stack;

/** As the SDK's Resource.callsites takes it (resource.js). */
function wholeStack(): string | undefined {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  try {
    return new Error().stack;
  } finally {
    Error.stackTraceLimit = usual;
  }
}

describe("the traces of the SDK's promises", () => {
  const { stackTraceLimit } = Error;
  const preparation = (): unknown => Reflect.get(Error, "prepareStackTrace");
  const usual = preparation();

  beforeEach(() => {
    // Mocha has it without end, a program has ten.
    Error.stackTraceLimit = 10;
  });
  afterEach(() => {
    Error.stackTraceLimit = stackTraceLimit;
    assert.equal(preparation(), usual, "errors are as before");
  });

  it("are left out while something is made, and no longer", () => {
    assert.equal(withoutPromiseTraces(promiseTrace), "");
    assert.match(promiseTrace() ?? "", /promise-traces\.test/);
  });

  it("are all that is left out: errors have theirs, and so has the place where a resource is made", () => {
    assert.match(
      withoutPromiseTraces(() => new Error("made").stack) ?? "",
      /^Error: made\n\s+at .*promise-traces\.test/,
    );
    assert.match(withoutPromiseTraces(wholeStack) ?? "", /\n\s+at .*promise-traces\.test/);
  });

  it("come back when it fails", () => {
    const failing = (): never => {
      throw new TypeError("failed");
    };
    assert.throws(
      () => withoutPromiseTraces(failing),
      (error: Error) => error.stack?.includes("promise-traces.test") === true,
    );
  });

  it("are there for who looks for leaked promises", () => {
    process.env["PULUMI_DEBUG_PROMISE_LEAKS"] = "true";
    try {
      assert.match(withoutPromiseTraces(promiseTrace) ?? "", /promise-traces\.test/);
    } finally {
      delete process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
    }
  });
});
