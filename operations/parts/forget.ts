import { ensureUnchanged } from "../../engine/state";
import { ConfigurationError, listed, nearest, partStack, trustPart, type Problem } from "../../topology";
import { existingStack, findForgettable, type ForgetResult } from "../stack/forget";
import { runUpdate } from "../stack/run-update";
import type { StackOptions } from "../stack/stack-options";
import { openWorkspace } from "../stack/workspace";
import { partOptions, type PartsOptions } from "./options";
import { othersThan } from "./part-of-resource";
import type { State } from "./state-in-stack";
import { readPartStacks } from "./states";

/**
 * Takes the stack of a cluster that is gone for good away, with all that its state holds. Touches no cluster.
 * @throws ConfigurationError as {@link findForgettablePart} does.
 */
export async function forgetPart(options: PartsOptions, cluster: string): Promise<ForgetResult> {
  const settings = await ofCluster(options, cluster);
  const stack = await existingStack(settings);
  const workspace = await openWorkspace(settings);
  return runUpdate(stack, settings, async () => {
    const exported = await stack.exportStack();
    const forgotten = await findForgettable(settings, cluster);
    const others = othersThan(cluster, ((exported.deployment ?? {}) as State).resources ?? []);
    if (others.length > 0) throw new ConfigurationError([othersInStack(settings.stack, cluster, others.length)]);
    await ensureUnchanged(stack, exported);
    // In one step: were the state emptied first, a kill would leave a stack that nobody knows for a part.
    await workspace.removeStack(settings.stack, { force: true });
    return { stack: options.stack, cluster, forgotten };
  });
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
  const stacks = await readPartStacks(options);
  if (!stacks.has(cluster)) throw new ConfigurationError([noPart(options, cluster, [...stacks.keys()])]);
  return { ...(await partOptions(options, cluster)), plan: options.plan };
}

function noPart({ stack }: PartsOptions, cluster: string, parts: readonly string[]): Problem {
  const clusters = parts.filter((part) => part !== trustPart).sort();
  const meant = nearest(cluster, clusters);
  return {
    path: `cluster ${cluster}`,
    expected: clusters.length === 0 ? `a cluster with a stack` : `one that has a stack (${listed(clusters)})`,
    found: `no stack ${partStack(stack, cluster)} that is this mesh's`,
    fix: meant === undefined ? "There is nothing to forget." : `Did you mean ${meant}?`,
  };
}

function othersInStack(stack: string, cluster: string, count: number): Problem {
  return {
    path: `stack ${stack}`,
    expected: `nothing but what cluster ${cluster} had`,
    found: `${count} resources of something else`,
    fix: `Look what they are (\`pulumi stack --show-urns --stack ${stack}\`), and take them out of it first.`,
  };
}
