import { partStack } from "../../topology";
import { openStack } from "../stack/workspace";
import { partOptions, type PartsOptions } from "./options";
import { stackNames } from "./states";

/** A cluster that is renamed takes over the stack that it had under its former name, with all that is in it. */
export async function takeOverFormerNames(options: PartsOptions): Promise<void> {
  const renamed = options.plan.clusters.filter(({ replaces }) => replaces !== undefined);
  if (renamed.length === 0) return;
  const names = await stackNames(options);
  for (const { name, replaces = "" } of renamed) {
    const former = partStack(options.stack, replaces);
    const present = partStack(options.stack, name);
    if (!names.includes(former) || names.includes(present)) continue;
    options.onProgress?.(`${former} becomes ${present}`);
    const stack = await openStack({ ...(await partOptions(options, name)), stack: former });
    await stack.rename({ stackName: present });
  }
}
