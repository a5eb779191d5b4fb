import { ownName, isSameStack, type ListedStack } from "../../engine/stack-reference";
import { isPart, partInstead } from "../../stacks";
import { ConfigurationError, listed, partOfStack, partStack, trustPart } from "../../topology";
import { openWorkspace, selectStack } from "../stack/workspace";
import type { PartsOptions } from "./options";
import type { State } from "./state-in-stack";
import { findPartStacks, listStacks } from "./states";

/**
 * Makes sure that no mesh stands in one stack where the configuration wants a stack for each part: bringing those up would
 * make everything a second time.
 * @returns The project's stacks.
 * @throws ConfigurationError
 */
export async function ensureInParts(options: PartsOptions): Promise<readonly ListedStack[]> {
  const stacks = await listStacks(options);
  if (!has(stacks, options.stack)) return stacks;
  await ensureNoPart(options);
  const stack = await selectStack(options);
  const state = ((await stack?.exportStack())?.deployment ?? {}) as State;
  const count = state.resources?.filter(({ type }) => !type.startsWith("pulumi:")).length ?? 0;
  if (count === 0) return stacks;
  throw new ConfigurationError([
    {
      path: "isthmus:mesh.stacks",
      expected: `one, since the mesh stands in the one stack ${options.stack}`,
      found: "per-cluster",
      fix: `Run \`isthmus state move --stack ${options.stack}\`: it moves the state into a stack for each part and touches no cluster.`,
    },
  ]);
}

/**
 * The other way round: no stacks of parts where the configuration wants one stack.
 * @throws ConfigurationError
 */
export async function ensureInOneStack(options: PartsOptions): Promise<void> {
  const stacks = await listStacks(options);
  if (has(stacks, options.stack)) await ensureNoPart(options);
  if (!has(stacks, partStack(options.stack, trustPart))) return;
  const found = await findPartStacks(options, stacks);
  const parts = [...found.stacks].filter(([, { holds }]) => holds === "something");
  if (!parts.some(([part]) => part === trustPart)) return;
  throw new ConfigurationError([
    {
      path: "isthmus:mesh.stacks",
      expected: `per-cluster, since the mesh stands in the stacks ${listed(parts.map(([part]) => partStack(options.stack, part)))}`,
      found: "one",
      fix: `Run \`isthmus state move --stack ${options.stack}\`: it moves the state into one stack and touches no cluster.`,
    },
  ]);
}

/** A stack that is a part of another mesh is not one to hold a whole one. */
async function ensureNoPart(options: PartsOptions): Promise<void> {
  if (partOfStack(ownName(options.stack)) === undefined) return;
  const outputs = await (await openWorkspace(options)).publicOutputs(options.stack);
  if (isPart(outputs)) throw new ConfigurationError([partInstead(options.stack, outputs)]);
}

function has(stacks: readonly ListedStack[], name: string): boolean {
  return stacks.some((stack) => isSameStack(name, stack));
}
