import { systemNamespace } from "../names";
import type { MeshPlan } from "./mesh-plan";

/** What the proxies of a namespace's workloads are told of: one Sidecar of Istio. */
export interface SidecarScopePlan {
  readonly namespace: string;
  /** As Istio writes them: `<namespace>/<host>`, `.` for its own namespace and `*` for any. */
  readonly hosts: readonly string[];
}

/**
 * The Sidecars of a cluster: an istiod takes them from the cluster that holds its configuration, for the workloads of all
 * clusters that it serves. Pure.
 */
export function sidecarScopesIn(plan: MeshPlan, cluster: string): readonly SidecarScopePlan[] {
  if (!plan.controlPlanes.some(({ configCluster }) => configCluster === cluster)) return [];
  return plan.namespaces.flatMap(({ calls, clusters, name }): SidecarScopePlan[] => {
    if (calls === undefined || !clusters.includes(cluster)) return [];
    const globals = plan.globalServices.services.filter((service) => calls.globalServices.includes(service.name));
    // Its own, and what counts for the whole mesh, as Istio's documentation has it.
    const namespaces = new Set([".", systemNamespace, ...calls.namespaces.filter((other) => other !== name)]);
    return [
      {
        namespace: name,
        hosts: [
          ...[...namespaces].map((namespace) => `${namespace}/*`),
          // In which namespace a name's entry lies differs between istiods.
          ...globals.flatMap(({ names }) => names.map(({ host }) => `*/${host}`)).sort(),
        ],
      },
    ];
  });
}
