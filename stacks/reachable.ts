import * as pulumi from "@pulumi/pulumi";
import { reachClusters, type KnowledgeReader, type ReachedClusters } from "../access";
import { ConfigurationError, formatProblem, type MeshPlan } from "../topology";
import { programSources } from "./kubeconfig-sources";

/** Exit code of a program that has said itself what was wrong (Pulumi's Node.js SDK, cmd/run). */
const exitedAfterLogging = 32;

/**
 * Makes sure that every cluster can be reached and written to. A preview only warns of what an update refuses: it may
 * run where the clusters cannot be reached, on a pull request for one.
 * @param knowledge Reads what the stack knows of its clusters.
 * @throws ConfigurationError with what is wrong with all clusters.
 */
export async function reachable(
  plan: MeshPlan,
  projectDirectory: string,
  knowledge: KnowledgeReader,
): Promise<ReachedClusters> {
  const reached = await reachClusters(plan, projectDirectory, programSources, knowledge);
  const { resolved, problems, failures, warnings } = reached;
  const isPreview = pulumi.runtime.isDryRun();
  for (const warning of warnings) await pulumi.log.warn(formatProblem(warning));
  if (problems.length > 0 && (!resolved || !isPreview)) throw new ConfigurationError(problems);
  for (const problem of problems) await pulumi.log.warn(formatProblem(problem));
  for (const failure of failures) await pulumi.log[isPreview ? "warn" : "error"](formatProblem(failure));
  // The rest is done, outputs and all; then the update ends as failed.
  if (failures.length > 0 && !isPreview) process.exitCode = exitedAfterLogging;
  return reached;
}
