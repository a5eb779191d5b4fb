import { ConfigurationError } from "../../topology";
import { limited } from "../limited";
import type { RawState } from "../../engine/state";
import type { StackOptions } from "../stack/stack-options";
import { selectStack } from "../stack/workspace";

/** Pulumi's CLI takes a process for each state. */
const statesAtOnce = 8;

/**
 * The states of the stacks that make up a mesh, with secrets shown: for the memory of this process alone. One that is not
 * there yet has applied nothing.
 * @param stack Name of the stack, or of the environment whose stacks these are: for the words.
 * @throws ConfigurationError when there is none of them.
 */
export async function statesOf(stack: string, stacks: readonly StackOptions[]): Promise<RawState[]> {
  const states = await limited(statesAtOnce, stacks, stateOf);
  const found = states.filter((state) => state !== undefined);
  if (found.length > 0) return found;
  throw new ConfigurationError([
    {
      path: `stack ${stack}`,
      expected: "a stack that was updated before",
      found: "none of that name",
      fix: "Run `isthmus up` first, or name another with `--stack`.",
    },
  ]);
}

async function stateOf(options: StackOptions): Promise<RawState | undefined> {
  const exported = await (await selectStack(options))?.exportStack();
  return exported === undefined ? undefined : ((exported.deployment ?? {}) as RawState);
}
