import type { ClusterPlan } from "./cluster-plan";
import type { ControlPlanePlan, FixedNetwork } from "./control-plane-plan";
import type { MeshPlan } from "./mesh-plan";

/**
 * The names of all clusters that cannot be there without some: a cluster is nothing without its control plane, and an
 * external control plane nothing without its configuration cluster. Sorted. Pure.
 */
export function withDependents(plan: MeshPlan, names: ReadonlySet<string>): readonly string[] {
  const gone = new Set(names);
  for (let size = -1; size !== gone.size;) {
    size = gone.size;
    for (const { name, configCluster, serves } of plan.controlPlanes) {
      if (gone.has(configCluster)) gone.add(name);
      if (gone.has(name)) for (const cluster of serves) gone.add(cluster);
    }
  }
  return [...gone].sort();
}

/** The plan of a mesh without some clusters, everything else being as it is. They must include their dependents. Pure. */
export function planWithout(plan: MeshPlan, names: readonly string[]): MeshPlan {
  const gone = new Set(names);
  const kept = (list: readonly string[]): string[] => list.filter((name) => !gone.has(name));
  return {
    ...plan,
    clusters: plan.clusters
      .filter(({ name }) => !gone.has(name))
      .map((cluster): ClusterPlan => ({ ...cluster, reaches: kept(cluster.reaches) })),
    externalControlPlanes: plan.externalControlPlanes.filter(({ name }) => !gone.has(name)),
    controlPlanes: plan.controlPlanes
      .filter(({ name }) => !gone.has(name))
      .map((controlPlane): ControlPlanePlan => ({
        ...controlPlane,
        serves: kept(controlPlane.serves),
        reads: kept(controlPlane.reads),
        fixedNetworks: Object.fromEntries(
          Object.entries(controlPlane.fixedNetworks).map(([network, fixed]): [string, FixedNetwork] => [
            network,
            { ...fixed, clusters: kept(fixed.clusters) },
          ]),
        ),
      })),
    namespaces: plan.namespaces.map((namespace) => ({ ...namespace, clusters: kept(namespace.clusters) })),
  };
}
