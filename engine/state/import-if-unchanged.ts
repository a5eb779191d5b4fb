import { isDeepStrictEqual } from "node:util";
import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { ConfigurationError } from "../../topology";

/** What reads and writes the state of a stack. */
export type StateHolder = Pick<Stack, "name" | "exportStack" | "importStack">;

/**
 * Writes a state in the place of the one that it was made from, if that is still there: what another update has recorded
 * since would be lost.
 * @param read As it was exported.
 * @throws ConfigurationError when it is another one now; nothing is written then.
 */
export async function importIfUnchanged(stack: StateHolder, read: Deployment, deployment: object): Promise<void> {
  await ensureUnchanged(stack, read);
  await stack.importStack({ ...read, deployment });
}

/**
 * Makes sure that a stack's state is still the one that was read.
 * @throws ConfigurationError
 */
export async function ensureUnchanged(
  stack: Pick<StateHolder, "name" | "exportStack">,
  read: Deployment,
): Promise<void> {
  if (isSameState(read, await stack.exportStack())) return;
  throw new ConfigurationError([
    {
      path: `stack ${stack.name}`,
      expected: "the state as it was read a moment ago",
      found: "one that another update has written since",
      fix: "It was left as it is. Run this again when that update has ended.",
    },
  ]);
}

/** Whether two exports are of one state, with all that is in it. Pure. */
export function isSameState(left: Deployment, right: Deployment): boolean {
  return left.version === right.version && isDeepStrictEqual(left.deployment, right.deployment);
}
