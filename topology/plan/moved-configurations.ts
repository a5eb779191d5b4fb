import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { MeshPlan } from "./mesh-plan";

/**
 * External control planes that would take their configuration from another cluster than at the last update, without a word
 * of the user's: a cluster that joins may be the first by name. What stands in the former one, authorization policies among
 * it, would stop counting. Pure.
 * @param last The configuration clusters of the last update, by control plane.
 */
export function movedConfigurations(
  plan: Pick<MeshPlan, "clusters" | "controlPlanes">,
  last: Readonly<Record<string, string>>,
): Problem[] {
  return plan.controlPlanes.flatMap(({ configCluster, configClusterIsFirst, name }) => {
    const former = Object.hasOwn(last, name) ? last[name] : undefined;
    if (configClusterIsFirst !== true || former === undefined || former === configCluster) return [];
    if (plan.clusters.some((cluster) => cluster.name === configCluster && cluster.replaces === former)) return [];
    return [
      {
        path: configurationPath("externalControlPlanes", name, "configCluster"),
        expected: `the cluster that holds the configuration of ${name}, by name, since it was ${former}`,
        found: `none, so that it would be ${configCluster}`,
        fix: `Name ${former} to keep it. With another every policy, route and gateway in ${former} stops counting: copy them there first.`,
      },
    ];
  });
}
