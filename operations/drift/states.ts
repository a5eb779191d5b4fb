import { ConfigurationError } from "../../topology";
import type { StackState } from "../stack/pending";
import { selectStack, type StackOptions } from "../stack/workspace";

/**
 * A stack's state, with secrets shown: for the memory of this process alone.
 * @throws ConfigurationError when there is no such stack.
 */
export async function stateOf(options: StackOptions): Promise<StackState> {
  const stack = await selectStack(options);
  if (stack !== undefined) return ((await stack.exportStack()).deployment ?? {}) as StackState;
  throw new ConfigurationError([
    {
      path: `stack ${options.stack}`,
      expected: "a stack that was updated before",
      found: "none of that name",
      fix: "Run `isthmus up` first, or name another with `--stack`.",
    },
  ]);
}
