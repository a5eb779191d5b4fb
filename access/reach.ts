import type { MeshPlan, Problem } from "../topology";
import type { ClusterAccess } from "./cluster-access";
import { resolveAccess } from "./kubeconfig/resolve";
import { precheck } from "./precheck";

/** The clusters of a mesh, and all that keeps it from being installed in them. */
export interface ReachedClusters {
  /** Those whose context was found, whether they answer or not. */
  readonly clusters: ReadonlyMap<string, ClusterAccess>;
  /** Whether every cluster's context was found: without one, not even a preview has anything to go by. */
  readonly resolved: boolean;
  /** What is wrong with any of them, or with the charts, all at once. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Finds every cluster's context and looks whether the mesh can be installed there. Pulumi's own preview passes against a
 * cluster that nobody can reach, and an update would find out half-way.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 */
export async function reachClusters(plan: MeshPlan, projectDirectory: string): Promise<ReachedClusters> {
  const { clusters, problems } = await resolveAccess(plan, projectDirectory);
  const found = await precheck(plan, clusters, projectDirectory);
  return {
    clusters,
    resolved: problems.length === 0,
    problems: [...problems, ...found.problems],
    warnings: found.warnings,
  };
}
