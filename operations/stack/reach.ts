import { reachClusters, type MadeAnew, type ReachedClusters } from "../../preflight";
import { configClusters } from "../../stacks";
import { ConfigurationError, formatProblem, movedConfigurations, withMutualTls } from "../../topology";
import { fitnessFrom, type Fitness } from "./fitness";
import { operationSources } from "./kubeconfig-sources";
import { renewedIn } from "./renewed-credentials";
import { knowledgeReader, memoryOf, type StackMemory } from "./stack-knowledge";
import type { StackOptions } from "./stack-options";

/**
 * Makes sure that every cluster can be reached and written to, but for those that an update may leave as they are.
 * @returns As access gives it, with the clusters that answer.
 * @throws ConfigurationError with what is wrong with all clusters.
 */
export async function ensureReachable(
  options: StackOptions,
  memory: () => Promise<StackMemory>,
  madeAnew: MadeAnew,
): Promise<Pick<ReachedClusters, "clusters" | "failures">> {
  const { onProgress = () => undefined } = options;
  const reached = await reach(options, memory, madeAnew);
  if (reached.problems.length > 0) throw new ConfigurationError(reached.problems);
  for (const warning of reached.warnings) onProgress(`warning: ${formatProblem(warning)}`);
  return { ...reached, clusters: new Map([...reached.clusters].filter(([, { isReachable }]) => isReachable)) };
}

/** Looks at all clusters, by the same judge for an update and for its preview. */
async function reach(
  options: StackOptions,
  memory: () => Promise<StackMemory>,
  madeAnew: MadeAnew,
): Promise<ReachedClusters> {
  const { plan, wholePlan = plan, projectDirectory, variables } = options;
  const said = plan.mtls === "unset" ? (await memory()).last.mesh : {};
  const reached = await reachClusters(
    withMutualTls(plan, said),
    projectDirectory,
    operationSources(options, "rehearse"),
    knowledgeReader(memory),
    // Of a part of a mesh the stack of the trust knows what certificates there are.
    {
      madeAnew,
      trust: plan === wholePlan ? "here" : "elsewhere",
      ...(variables === undefined ? {} : { environment: variables }),
    },
  );
  const isChosen = wholePlan.controlPlanes.some(({ configClusterIsFirst }) => configClusterIsFirst === true);
  const last = isChosen ? configClusters((await memory()).last) : {};
  return { ...reached, problems: [...movedConfigurations(wholePlan, last), ...reached.problems] };
}

/** Whether an update would begin at all, as its own judge sees it. Changes nothing. */
export function fitness(options: StackOptions): Promise<Fitness> {
  const memory = memoryOf(options);
  return fitnessFrom(async () => {
    const reached = await reach(options, memory, "refuse");
    return { ...reached, renewed: renewedIn((await memory()).state, reached.clusters) };
  });
}
