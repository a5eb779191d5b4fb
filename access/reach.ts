import { planWithout, withDependents, type MeshPlan, type Problem } from "../topology";
import type { ClusterAccess } from "./cluster-access";
import { resolveAccess } from "./kubeconfig/resolve";
import { precheck } from "./precheck";

/** The clusters of a mesh, and all that keeps it from being installed in them. */
export interface ReachedClusters {
  /** The plan without the clusters that are left out, because they are new, cannot be reached and are to be skipped. */
  readonly plan: MeshPlan;
  /** Those whose context was found, whether they answer or not. */
  readonly clusters: ReadonlyMap<string, ReachedCluster>;
  /** Whether every cluster's context was found: without one, not even a preview has anything to go by. */
  readonly resolved: boolean;
  /** What is wrong with any of them, or with the charts, all at once: nothing is to be changed. */
  readonly problems: readonly Problem[];
  /** Clusters of the mesh that cannot be reached: they stay as they are, and the update has failed when it ends. */
  readonly failures: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** A cluster, and what was seen there. */
export interface ReachedCluster extends ClusterAccess {
  /** Whether its API server answers. */
  readonly isReachable: boolean;
  /** Namespaces of the mesh's workloads that are there. */
  readonly existingNamespaces: readonly string[];
}

/**
 * Finds every cluster's context and looks whether the mesh can be installed there. Pulumi's own preview passes against a
 * cluster that nobody can reach, and an update would find out half-way.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @param belonging Names of the clusters that belong to the mesh since an earlier update; asked only when one cannot be
 *   reached.
 */
export async function reachClusters(
  plan: MeshPlan,
  projectDirectory: string,
  belonging: () => Promise<ReadonlySet<string>>,
): Promise<ReachedClusters> {
  const { clusters, problems } = await resolveAccess(plan, projectDirectory);
  const found = await precheck(plan, clusters, projectDirectory);
  const silent = found.unreachable.size === 0 ? nothingSilent : judgeSilent(plan, found.unreachable, await belonging());
  const reached = [...clusters.values()].map((access): ReachedCluster => ({
    ...access,
    isReachable: !found.unreachable.has(access.name),
    existingNamespaces: found.namespaces.get(access.name) ?? [],
  }));
  return {
    plan: silent.leftOut.length === 0 ? plan : planWithout(plan, silent.leftOut),
    clusters: new Map(reached.map((cluster) => [cluster.name, cluster])),
    resolved: problems.length === 0,
    problems: [...problems, ...found.problems, ...silent.problems],
    failures: silent.failures,
    warnings: [...found.warnings, ...silent.warnings],
  };
}

/** What follows from clusters that do not answer. */
export interface SilentClusters {
  readonly leftOut: readonly string[];
  readonly problems: readonly Problem[];
  readonly failures: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const nothingSilent: SilentClusters = { leftOut: [], problems: [], failures: [], warnings: [] };

/**
 * Decides what becomes of clusters that do not answer. One that is new to the mesh and must not be missing stops
 * everything; one that belongs to it holds up nobody else.
 */
export function judgeSilent(
  plan: MeshPlan,
  unreachable: ReadonlyMap<string, Problem>,
  belonging: ReadonlySet<string>,
): SilentClusters {
  const sites = [...plan.clusters, ...plan.externalControlPlanes].filter(({ name }) => unreachable.has(name));
  const describe = (name: string): Problem => unreachable.get(name) as Problem;
  const fresh = sites.filter(({ name }) => !belonging.has(name));
  const skipped = fresh.filter(({ ifUnreachable }) => ifUnreachable === "skip").map(({ name }) => name);
  const leftOut = withDependents(plan, new Set(skipped)).filter((name) => !belonging.has(name));
  const standing = sites.filter(({ name }) => belonging.has(name));
  return {
    leftOut,
    problems: fresh
      .filter(({ name }) => !leftOut.includes(name))
      .map(({ name, path }) => {
        const problem = describe(name);
        return { ...problem, fix: `${problem.fix} To join it later, set ${path}.ifUnreachable to skip.` };
      }),
    failures: standing
      .filter(({ ifUnreachable }) => ifUnreachable === "fail")
      .map(({ name }) => withFix(describe(name), "It stays as it is; run again when it answers.")),
    warnings: [
      ...standing
        .filter(({ ifUnreachable }) => ifUnreachable === "skip")
        .map(({ name }) => withFix(describe(name), "It stays as it is; the next update catches up.")),
      ...leftOut.map((name) =>
        unreachable.has(name)
          ? withFix(describe(name), "It is left out for now; the next update joins it.")
          : {
              path: plan.clusters.find((cluster) => cluster.name === name)?.path ?? name,
              expected: "a control plane that can be reached",
              found: "one that cannot",
              fix: "It is left out for now; the next update joins it.",
            },
      ),
    ],
  };
}

function withFix(problem: Problem, consequence: string): Problem {
  return { ...problem, fix: `${problem.fix} ${consequence}` };
}
