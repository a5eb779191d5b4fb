import assert from "node:assert/strict";
import { destroyStacks } from "../../../operations/deployment/destruction";
import type { Run } from "../../../operations/deployment";
import { ConfigurationError } from "../../../topology";

const run = { stack: "prod" } as Run;

describe("the stacks of a mesh that is destroyed", () => {
  it("say what was removed", async () => {
    const destroyed = { stack: "prod", changes: { delete: 3 } };
    const stacks = { destroy: () => Promise.resolve(destroyed) };
    assert.deepEqual(await destroyStacks(run, stacks, new Map()), destroyed);
  });

  it("are not found in a wrong backend, and then nothing else is removed either", async () => {
    const stacks = { destroy: () => Promise.resolve(undefined) };
    await assert.rejects(destroyStacks(run, stacks, new Map()), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(
        error.message,
        /stack prod.*none of that name in this backend; nothing was removed.*PULUMI_BACKEND_URL/s,
      );
      return true;
    });
  });
});
