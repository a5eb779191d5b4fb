import assert from "node:assert/strict";
import { CallTimes } from "../../operations/verify/call-times";
import type { VerifyContext } from "../../operations/verify";
import { planOf, twoPrimaries } from "./plans";

/** What a check works with, of which a test gives what its check is to use; whatever else it asks for fails the test. */
export function verifyContext(parts: Partial<VerifyContext>): VerifyContext {
  return {
    plan: planOf(twoPrimaries),
    origin: "file",
    signal: new AbortController().signal,
    client: () => assert.fail("no cluster is asked"),
    connect: () => assert.fail("no kubeconfig is tried"),
    sample: undefined as never,
    calls: undefined as never,
    globalCalls: undefined as never,
    callTimes: new CallTimes(),
    snapshot: () => assert.fail("nothing is gathered"),
    ...parts,
  };
}
