import { systemNamespace } from "../names";
import type { MeshPlan } from "./mesh-plan";
import type { MutualTlsMode, StandingMutualTls } from "./mutual-tls-mode";

/** One PeerAuthentication. */
export interface PeerPolicy {
  /** The system namespace's counts for the whole mesh, another one's for that namespace. */
  readonly namespace: string;
  readonly mode: MutualTlsMode;
}

/** What the last update said of the mesh. */
export interface SaidOfMesh {
  readonly mtls?: StandingMutualTls | undefined;
  /** Missing where there was none. */
  readonly rootFingerprint?: string | undefined;
}

/**
 * The plan with what a mesh has for all its workloads where the configuration does not say: a mesh that is made now is
 * strict, and one that stands keeps what it has, for its workloads may be called in plain text. Pure.
 */
export function withMutualTls(plan: MeshPlan, said: SaidOfMesh): MeshPlan {
  if (plan.mtls !== "unset") return plan;
  return { ...plan, mtls: said.mtls ?? (said.rootFingerprint === undefined ? "strict" : "none") };
}

/**
 * The PeerAuthentications of a cluster: an istiod takes them from the cluster that holds its configuration, for the
 * workloads of all clusters that it serves. The mesh's comes first. Pure.
 */
export function peerPoliciesIn(plan: MeshPlan, cluster: string): readonly PeerPolicy[] {
  if (!plan.controlPlanes.some(({ configCluster }) => configCluster === cluster)) return [];
  const { mtls } = plan;
  return [
    ...(mtls === "strict" || mtls === "permissive" ? [{ namespace: systemNamespace, mode: mtls }] : []),
    ...plan.namespaces.flatMap(({ clusters, name, mtls: mode }) =>
      mode === undefined || !clusters.includes(cluster) ? [] : [{ namespace: name, mode }],
    ),
  ];
}
