import { systemNamespace } from "../../../topology";
import { seenControlPlanes } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** Clusters that an istiod is to read, and has not. */
export function unsyncedClusters(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { name, reads }, seen: { istiods = [] } }) =>
    reads.flatMap((target) => {
      const behind = istiods.flatMap(({ lines, pod, remotes }) => {
        if (remotes === undefined) return [];
        const remote = remotes.find(({ id }) => id === target);
        if (remote?.syncStatus === "synced") return [];
        const words = remote === undefined ? "does not know it" : `says ${remote.syncStatus}`;
        return [`${pod} ${words}`, ...(lines[target] ?? []).map((line) => `${pod}: ${line}`)];
      });
      if (behind.length === 0) return [];
      return [
        {
          clusters: [name, target],
          found: `the istiod of ${name} has not read ${target}`,
          proof: behind,
          fix: `See whether the API server of ${target} answers from where istiod runs, and its log for the cluster's name: \`kubectl --namespace ${systemNamespace} logs deployment/istiod\` in ${name}. One that was just added may take a moment.`,
        },
      ];
    }),
  );
}
