import { findForgettable, forget, type ForgetResult } from "../stack/forget";
import { openWorkspace, type StackOptions } from "../stack/workspace";
import { partOptions, type PartsOptions } from "./options";

/**
 * Takes the stack of a cluster that is gone for good away. Touches no cluster.
 * @throws ConfigurationError as {@link findForgettablePart} does.
 */
export async function forgetPart(options: PartsOptions, cluster: string): Promise<ForgetResult> {
  const settings = await ofCluster(options, cluster);
  const forgotten = await forget(settings, cluster);
  await (await openWorkspace(settings)).removeStack(settings.stack);
  return { ...forgotten, stack: options.stack };
}

/**
 * How many resources {@link forgetPart} would take out of the state. Changes nothing.
 * @throws ConfigurationError when the cluster is still in the configuration, and when it has no stack.
 */
export async function findForgettablePart(options: PartsOptions, cluster: string): Promise<number> {
  return findForgettable(await ofCluster(options, cluster), cluster);
}

/** Its stack, and the whole mesh's plan: it must no longer be there. */
async function ofCluster(options: PartsOptions, cluster: string): Promise<StackOptions> {
  return { ...(await partOptions(options, cluster)), plan: options.plan };
}
