import assert from "node:assert/strict";
import { isBeingWritten } from "../../../stacks/kubeconfig-sources";

describe("isBeingWritten", () => {
  const answer = (words: string): Error =>
    new Error(`invocation of pulumi:pulumi:readStackOutputs returned an error: ${words}`);

  it("knows a state that was read while it was written", () => {
    assert.ok(isBeingWritten(answer("failed to load checkpoint: EOF")));
    assert.ok(isBeingWritten(answer("failed to load checkpoint: unexpected EOF")));
    assert.ok(isBeingWritten(answer("failed to load checkpoint: unexpected end of JSON input")));
  });

  it("takes no other error for it", () => {
    assert.ok(!isBeingWritten(answer('unknown stack "organization/isthmus/prod.east"')));
    assert.ok(!isBeingWritten(answer("failed to load checkpoint: permission denied")));
    assert.ok(!isBeingWritten("failed to load checkpoint: EOF"));
  });
});
