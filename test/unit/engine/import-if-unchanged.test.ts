import assert from "node:assert/strict";
import type { Deployment } from "@pulumi/pulumi/automation";
import { importIfUnchanged, type StateHolder } from "../../../engine/state";
import { ConfigurationError } from "../../../topology";

/** A stack whose state is what is written last. */
function holder(deployment: object): StateHolder & { state: Deployment } {
  return {
    name: "prod",
    state: { version: 3, deployment },
    exportStack() {
      return Promise.resolve(structuredClone(this.state));
    },
    importStack(state) {
      this.state = state;
      return Promise.resolve();
    },
  };
}

describe("importIfUnchanged", () => {
  const manifest = { time: "2026-01-01T00:00:00Z" };

  it("writes in the place of what was read", async () => {
    const stack = holder({ manifest, resources: [{ urn: "a" }] });
    const read = await stack.exportStack();
    await importIfUnchanged(stack, read, { manifest, resources: [] });
    assert.deepEqual(stack.state, { version: 3, deployment: { manifest, resources: [] } });
  });

  for (const [change, deployment] of Object.entries({
    "another resource": { manifest, resources: [{ urn: "a" }, { urn: "b" }] },
    "something that has begun": { manifest, resources: [{ urn: "a" }], pending_operations: [{ type: "creating" }] },
    "a later time": { manifest: { time: "2026-01-01T00:00:01Z" }, resources: [{ urn: "a" }] },
  })) {
    it(`refuses when the state has ${change} since`, async () => {
      const stack = holder({ manifest, resources: [{ urn: "a" }] });
      const read = await stack.exportStack();
      stack.state = { version: 3, deployment };
      await assert.rejects(importIfUnchanged(stack, read, { resources: [] }), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /stack prod: expected the state as it was read/);
        return true;
      });
      assert.deepEqual(stack.state.deployment, deployment);
    });
  }
});
