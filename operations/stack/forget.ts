import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { ConfigurationError, listed, nearest, sitesOf, type Problem } from "../../topology";
import { importIfUnchanged, type ExportedState } from "../../engine/state";
import { clustersIn, stateWithoutCluster } from "./cluster-state";
import { pendingIn } from "../../stacks/recovery/pending";
import { runUpdate } from "./run-update";
import type { StackOptions } from "./stack-options";
import { selectStack } from "./workspace";

/** What was forgotten. */
export interface ForgetResult {
  readonly stack: string;
  readonly cluster: string;
  /** How many resources the stack's state lost. */
  readonly forgotten: number;
}

/**
 * Takes everything of a cluster out of a stack's state. Touches no cluster: it is for one that is gone for good, of which
 * Pulumi's Kubernetes provider can delete no Helm release.
 * @throws ConfigurationError as {@link findForgettable} does.
 * @throws PulumiError when somebody else holds the stack.
 */
export async function forget(options: StackOptions, cluster: string): Promise<ForgetResult> {
  const stack = await existingStack(options);
  return runUpdate(stack, options, async () => {
    // What was read before another update ended must not be written after it: each attempt reads anew.
    const { exported, rest, forgotten } = await withoutCluster(stack, options, cluster);
    await importIfUnchanged(stack, exported, rest);
    return { stack: options.stack, cluster, forgotten };
  });
}

/**
 * How many resources {@link forget} would take out of the state. Changes nothing.
 * @throws ConfigurationError when the cluster is still in the configuration, when the stack has none of that name, and
 * when a killed update left something half-made in another cluster.
 */
export async function findForgettable(options: StackOptions, cluster: string): Promise<number> {
  return (await withoutCluster(await existingStack(options), options, cluster)).forgotten;
}

/** @throws ConfigurationError when there is none. */
export async function existingStack(options: StackOptions): Promise<Stack> {
  const stack = await selectStack(options);
  if (stack !== undefined) return stack;
  throw new ConfigurationError([
    {
      path: `stack ${options.stack}`,
      expected: "a stack that was updated before",
      found: "none of that name",
      fix: "Name the one that the cluster belonged to with `--stack`.",
    },
  ]);
}

async function withoutCluster(
  stack: Stack,
  options: StackOptions,
  cluster: string,
): Promise<{ readonly exported: Deployment; readonly rest: ExportedState; readonly forgotten: number }> {
  const exported = await stack.exportStack();
  const state = (exported.deployment ?? {}) as ExportedState;
  const rest = stateWithoutCluster(state, cluster);
  const problem = refusal(options, cluster, state, rest);
  if (problem !== undefined) throw new ConfigurationError([problem]);
  return { exported, rest, forgotten: (state.resources?.length ?? 0) - (rest.resources?.length ?? 0) };
}

/**
 * Why a cluster is not to be forgotten; undefined where it may be. Pure.
 * @param rest The state without the cluster.
 */
export function refusal(
  { plan, stack }: Pick<StackOptions, "plan" | "stack">,
  cluster: string,
  state: ExportedState,
  rest: ExportedState,
): Problem | undefined {
  const site = sitesOf(plan).find(({ name }) => name === cluster);
  if (site !== undefined) {
    return {
      path: site.path,
      expected: `nothing, so that cluster ${cluster} can be forgotten`,
      found: "it described there",
      fix: "Remove it from the configuration first: the next `isthmus up` would make everything in it anew.",
    };
  }
  const known = clustersIn(state);
  if (!known.includes(cluster)) return unknown(stack, cluster, known);
  const heir = plan.clusters.find(({ replaces }) => replaces === cluster);
  if (heir !== undefined) {
    return {
      path: `${heir.path}.replaces`,
      expected: "another cluster than the one that is to be forgotten",
      found: cluster,
      fix: `Run \`isthmus up\`, by which ${heir.name} takes over what ${cluster} has, or remove this line.`,
    };
  }
  // Pulumi drops all operations that are recorded as begun when it imports a state.
  const halfMade = [...new Set(pendingIn(rest).map((pending) => pending.cluster))].sort();
  if (halfMade.length === 0) return undefined;
  return {
    path: `stack ${stack}`,
    expected: "no other cluster in which a killed update left something half-made",
    found: listed(halfMade),
    fix: "Run `isthmus up` first: it clears that away, even if it fails afterwards.",
  };
}

function unknown(stack: string, cluster: string, known: readonly string[]): Problem {
  const path = `cluster ${cluster}`;
  if (known.length === 0) {
    return {
      path,
      expected: `a cluster of stack ${stack}`,
      found: "a stack that has none",
      fix: "There is nothing to forget.",
    };
  }
  const meant = nearest(cluster, known);
  return {
    path,
    expected: `one that stack ${stack} has (${listed(known)})`,
    found: "none of that name",
    fix: meant === undefined ? "Name one of those; any other is forgotten already." : `Did you mean ${meant}?`,
  };
}
