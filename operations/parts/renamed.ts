import { partStack } from "../../topology";
import { openStack } from "../stack/workspace";
import { partOptions, type PartsOptions } from "./options";

/**
 * A cluster that is renamed takes over the stack that it had under its former name, with all that is in it.
 * @param names Of the project's stacks.
 * @returns The names that they have now.
 */
export async function takeOverFormerNames(options: PartsOptions, names: readonly string[]): Promise<string[]> {
  const now = new Set(names);
  for (const { name, replaces } of options.plan.clusters) {
    if (replaces === undefined) continue;
    const former = partStack(options.stack, replaces);
    const present = partStack(options.stack, name);
    if (!now.has(former) || now.has(present)) continue;
    options.onProgress?.(`${former} becomes ${present}`);
    const stack = await openStack({ ...(await partOptions(options, name)), stack: former });
    await stack.rename({ stackName: present });
    now.delete(former);
    now.add(present);
  }
  return [...now];
}
