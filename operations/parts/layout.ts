import { ConfigurationError, listed, partOfStack } from "../../topology";
import type { ExportedState } from "../stack/cluster-state";
import { selectStack } from "../stack/workspace";
import type { PartsOptions } from "./options";
import { stackNames } from "./states";

/**
 * Makes sure that no mesh stands in one stack where the configuration wants a stack for each part: bringing those up would
 * make everything a second time.
 * @returns Names of the project's stacks.
 * @throws ConfigurationError
 */
export async function ensureInParts(options: PartsOptions): Promise<string[]> {
  const names = await stackNames(options);
  if (!names.includes(options.stack)) return names;
  const stack = await selectStack(options);
  const state = ((await stack?.exportStack())?.deployment ?? {}) as ExportedState;
  const count = state.resources?.filter(({ type }) => !type.startsWith("pulumi:")).length ?? 0;
  if (count === 0) return names;
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
  const parts = (await stackNames(options)).filter((name) => partOfStack(name)?.stack === options.stack);
  if (!parts.includes(`${options.stack}.trust`)) return;
  throw new ConfigurationError([
    {
      path: "isthmus:mesh.stacks",
      expected: `per-cluster, since the mesh stands in the stacks ${listed(parts)}`,
      found: "one",
      fix: `Run \`isthmus state move --stack ${options.stack}\`: it moves the state into one stack and touches no cluster.`,
    },
  ]);
}
