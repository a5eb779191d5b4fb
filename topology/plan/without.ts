import type { ClusterPlan } from "./cluster-plan";
import { fixedNetworksOf, type ControlPlanePlan } from "./control-plane-plan";
import { withoutClusters } from "./global-services";
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

/**
 * The plan of a mesh without some clusters, everything else being as it is: what stays is named and installed as before,
 * and nothing leads to what is gone. They must include their dependents. Pure.
 */
export function planWithout(plan: MeshPlan, names: readonly string[]): MeshPlan {
  const gone = new Set(names);
  const kept = (list: readonly string[]): string[] => list.filter((name) => !gone.has(name));
  const clusters = plan.clusters
    .filter(({ name }) => !gone.has(name))
    .map((cluster): ClusterPlan => ({ ...cluster, reaches: kept(cluster.reaches) }));
  return {
    ...plan,
    clusters,
    externalControlPlanes: plan.externalControlPlanes.filter(({ name }) => !gone.has(name)),
    controlPlanes: plan.controlPlanes
      .filter(({ name }) => !gone.has(name))
      .map((controlPlane): ControlPlanePlan => {
        const [serves, reads] = [kept(controlPlane.serves), kept(controlPlane.reads)];
        const known = new Set([...serves, ...reads]);
        const fixedNetworks = fixedNetworksOf(clusters.filter(({ name }) => known.has(name)));
        return { ...controlPlane, serves, reads, fixedNetworks };
      }),
    machines: plan.machines.filter(({ cluster }) => !gone.has(cluster)),
    namespaces: plan.namespaces.map((namespace) => ({ ...namespace, clusters: kept(namespace.clusters) })),
    globalServices: withoutClusters(plan.globalServices, gone),
  };
}
