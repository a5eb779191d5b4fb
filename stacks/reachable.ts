import * as pulumi from "@pulumi/pulumi";
import { reachClusters, type ReachedClusters } from "../preflight";
import type { ExportedState } from "../engine/state";
import { ConfigurationError, formatProblem, type MeshPlan, type Problem } from "../topology";
import { programSources } from "./kubeconfig-sources";
import type { LastOutputs } from "./last-outputs";
import { lastFailureSinceMs, ownState } from "./own-state";
import { formerNames, recoverFromKill } from "./recovery";
import { ownKnowledge } from "./stack-knowledge";

/** Exit code of a program that has said itself what was wrong (Pulumi's Node.js SDK, cmd/run). */
const exitedAfterLogging = 32;

/** What is known beside the stack's last update. */
export interface Surroundings {
  /** The one cluster that the stack is of, and the roots that the stack of the trust has. Default: the whole mesh. */
  readonly part?: { readonly name: string; readonly roots: readonly string[] };
  /** What is wrong beside what the clusters say. Default: nothing. */
  readonly mistakes?: readonly Problem[];
}

/**
 * Makes sure that every cluster can be reached and written to. A preview only warns of what an update refuses: it may
 * run where the clusters cannot be reached, on a pull request for one. Before an update makes anything, what one that was
 * killed had begun is cleared away.
 * @param last What the stack's last update said.
 * @throws ConfigurationError with what is wrong with all clusters.
 */
export async function reachable(
  plan: MeshPlan,
  projectDirectory: string,
  last: LastOutputs,
  { part, mistakes = [] }: Surroundings = {},
): Promise<ReachedClusters> {
  const isPreview = pulumi.runtime.isDryRun();
  let read: Promise<ExportedState> | undefined;
  const readState = (): Promise<ExportedState> => (read ??= ownState());
  const [reached, state] = await Promise.all([
    reachClusters(plan, projectDirectory, programSources, ownKnowledge(last, readState, part), {
      trust: part === undefined ? "here" : "elsewhere",
    }),
    isPreview ? undefined : readState(),
  ]);
  const { resolved, failures, warnings } = reached;
  const problems = [...mistakes, ...reached.problems];
  for (const warning of warnings) await pulumi.log.warn(formatProblem(warning));
  if (problems.length > 0 && (!resolved || !isPreview)) throw new ConfigurationError(problems);
  for (const problem of problems) await pulumi.log.warn(formatProblem(problem));
  for (const failure of failures) await pulumi.log[isPreview ? "warn" : "error"](formatProblem(failure));
  // The rest is done, outputs and all; then the update ends as failed.
  if (failures.length > 0 && !isPreview) process.exitCode = exitedAfterLogging;
  if (state !== undefined) {
    await recoverFromKill({
      mesh: plan.id,
      state,
      lastFailureSinceMs,
      revealedState: () => ownState("shown"),
      clusters: reached.clusters,
      renamed: formerNames(plan),
    });
  }
  return reached;
}
