import type { Problem } from "../../topology";
import type { ChangeCounts } from "../events";
import type { MeshGraph } from "../graph";

/**
 * What a preview means for the mesh: for people who decide whether a change goes in. Plain data without secrets; the
 * document of `isthmus preview -o json`.
 */
export interface MeshSummary {
  /** The environment's name, also where the mesh is cut into several stacks. */
  readonly stack: string;
  /** The mesh's id, as the configuration has it. */
  readonly mesh: string;
  /**
   * `changes`: an update would change something. `none`: it would change nothing, and all clusters were looked at.
   * `not-known`: it would change nothing of what could be looked at. `failed`: the preview came to no end. `refused`: an
   * update would not even begin.
   */
  readonly outcome: "changes" | "none" | "not-known" | "failed" | "refused";
  /** What an update would refuse, before it changed anything. */
  readonly refusals: readonly Problem[];
  /** Resources by what would become of them: `{ create: 12, same: 3 }`. */
  readonly changes: ChangeCounts;
  /** What to think about before the change goes in, the worst first. */
  readonly risks: readonly Risk[];
  /** What changes for the mesh as a whole. */
  readonly meshChanges: readonly Change[];
  /** The clusters for which something changes, sorted by name. */
  readonly clusters: readonly ClusterSummary[];
  /** The mesh's picture as the configuration has it; left out where no cluster joins or leaves. */
  readonly graph?: MeshGraph;
  /** Clusters that could not be looked at, of which a preview can say nothing. */
  readonly unseen: readonly UnseenCluster[];
  /** Why the preview failed. */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  /** How the values of charts and the objects differ, alike clusters together. */
  readonly details: readonly Detail[];
  /** What is missing among the details of what Helm would install otherwise, and why. */
  readonly notRendered: readonly string[];
}

/** One thing that changes, in the words of the field. */
export interface Change {
  /** What kind of change it is: stable, for scripts. */
  readonly id: ChangeId;
  /** In words, without the name of the cluster that it is listed under. */
  readonly words: string;
}

/** The kinds of changes; docs/pull-requests.md has what each means. */
export const changeIds = [
  "mesh-made",
  "mesh-id",
  "trust-domain",
  "root",
  "joins",
  "leaves",
  "renamed",
  "network",
  "control-plane",
  "configuration-cluster",
  "provider",
  "system-namespace",
  "istio",
  "charts",
  "values",
  "intermediate",
  "gateway",
  "exposed-istiod",
  "readers",
  "mutual-tls",
  "sidecar-scope",
  "global-service",
  "dns-capture",
  "sameness",
  "namespace",
  "machine",
  "other",
] as const;

/** One of {@link changeIds}. */
export type ChangeId = (typeof changeIds)[number];

/** What changes in one cluster. */
export interface ClusterSummary {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** Something that may go wrong because of the change. */
export interface Risk {
  readonly id: RiskId;
  readonly severity: "high" | "medium";
  /** Whether calls between workloads fail on the way; `not-known` where a preview cannot tell. */
  readonly traffic: "interrupted" | "not-interrupted" | "not-known";
  /** Names of the clusters that it is about, sorted; none where it is about the whole mesh. */
  readonly clusters: readonly string[];
  /** What happens, and why that matters. */
  readonly words: string;
  /** What to do about it. */
  readonly advice: string;
}

/** The kinds of risks; docs/pull-requests.md has what each means. */
export const riskIds = [
  "root-replaced",
  "root-dropped",
  "issuer-changes",
  "trust-domain-changes",
  "root-key-removed",
  "mesh-id-changes",
  "cluster-unseen",
  "cluster-leaves",
  "control-plane-leaves",
  "cluster-renamed",
  "network-changes",
  "control-plane-changes",
  "provider-replaced",
  "namespace-replaced",
  "istio-replaced",
  "istio-removed",
  "istio-goes-back",
  "istio-skips-versions",
  "intermediate-replaced",
  "gateway-replaced",
  "gateway-removed",
  "gateway-port-changes",
  "gateway-type-changes",
  "gateway-pods-replaced",
  "exposed-istiod-replaced",
  "exposed-istiod-removed",
  "istiod-address-changes",
  "configuration-cluster-moves",
  "configuration-removed",
  "cluster-not-read",
  "reader-token-in-use",
  "reader-token-revoked",
  "cross-network-removed",
  "intermediate-removed",
  "mutual-tls-required",
  "mutual-tls-weakened",
  "global-name-removed",
  "global-servers-removed",
  "global-order-changes",
  "global-name-hidden",
  "global-names-need-restart",
  "scope-narrowed",
  "services-become-cluster-local",
  "services-become-shared",
  "namespace-removed",
  "machine-leaves",
  "no-replicas",
  "other-replaced",
  "not-understood",
] as const;

/** One of {@link riskIds}. */
export type RiskId = (typeof riskIds)[number];

/** A cluster that could not be looked at. */
export interface UnseenCluster {
  readonly name: string;
  /** What was found instead, and what to do. */
  readonly reason: string;
}

/** How something differs in some clusters. */
export interface Detail {
  /** `values` of a chart; `object` of Kubernetes, or of the provider of certificates; `manifest` that Helm renders. */
  readonly kind: "values" | "object" | "manifest";
  /** What it is about: `istiod`, `east-west gateway Service`. */
  readonly title: string;
  /** Names of the clusters in which it differs alike, sorted; none for what is the whole mesh's. */
  readonly clusters: readonly string[];
  readonly differences: readonly Difference[];
}

/** One property that differs. What is left out of either side is not there on it. */
export interface Difference {
  /** Where: `global.logging.level`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}
