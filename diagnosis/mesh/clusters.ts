import type { ClusterFacts, ControlPlaneFacts } from "./facts";
import type { ClusterSnapshot, MeshSnapshot } from "./snapshot";

/** What was seen of a cluster; undefined where nobody looked. */
export function seenOf({ clusters }: MeshSnapshot, name: string): ClusterSnapshot | undefined {
  return clusters.find(({ cluster }) => cluster === name);
}

/** Clusters of the mesh with what was seen of them. */
export function seenClusters(
  snapshot: MeshSnapshot,
): { readonly facts: ClusterFacts; readonly seen: ClusterSnapshot }[] {
  return withSeen(snapshot, snapshot.mesh.clusters);
}

/** Control planes with what was seen of the clusters that they run in. */
export function seenControlPlanes(
  snapshot: MeshSnapshot,
): { readonly facts: ControlPlaneFacts; readonly seen: ClusterSnapshot }[] {
  return withSeen(snapshot, snapshot.mesh.controlPlanes);
}

function withSeen<Facts extends { readonly name: string }>(
  snapshot: MeshSnapshot,
  all: readonly Facts[],
): { readonly facts: Facts; readonly seen: ClusterSnapshot }[] {
  return all.flatMap((facts) => {
    const seen = seenOf(snapshot, facts.name);
    return seen === undefined ? [] : [{ facts, seen }];
  });
}
