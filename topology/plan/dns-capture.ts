import { isMap } from "../merge-values";
import { dnsCaptureMetadata } from "../names";
import type { ControlPlanePlan } from "./control-plane-plan";
import type { MeshPlan } from "./mesh-plan";

/** Whether the sidecars of a namespace answer DNS, where they do not as the mesh has it: one ProxyConfig of Istio. */
export interface DnsCapturePlan {
  readonly namespace: string;
  readonly capturesDns: boolean;
}

/**
 * The ProxyConfigs of a cluster: an istiod takes them from the cluster that holds its configuration, when it injects pods in
 * any cluster that it serves. Pure.
 */
export function dnsCapturesIn(plan: MeshPlan, cluster: string): readonly DnsCapturePlan[] {
  const controlPlane = plan.controlPlanes.find(({ configCluster }) => configCluster === cluster);
  if (controlPlane === undefined) return [];
  const ofMesh = capturesDnsOf(plan, controlPlane);
  return plan.namespaces.flatMap(({ capturesDns, clusters, name }): DnsCapturePlan[] =>
    capturesDns === undefined || capturesDns === ofMesh || !clusters.includes(cluster)
      ? []
      : [{ namespace: name, capturesDns }],
  );
}

/** Whether an istiod has the sidecars of all namespaces answer DNS: as its chart's values have it, else as the mesh. Pure. */
export function capturesDnsOf({ globalServices }: MeshPlan, { values }: ControlPlanePlan): boolean {
  const written = ["meshConfig", "defaultConfig", "proxyMetadata", dnsCaptureMetadata].reduce<unknown>(
    (inner, key) => (isMap(inner) ? inner[key] : undefined),
    values.istiod,
  );
  return typeof written === "string" ? written === "true" : globalServices.capturesDns;
}
