import type { Model } from "../../topology";
import type { LifetimeState } from "../../trust";
import type { End } from "../trust";

/** What `isthmus status` tells: how a mesh stands, by a look that changes nothing. */
export interface MeshStatus {
  /** Id of the mesh. */
  readonly mesh: string;
  readonly trustDomain: string;
  /** The Istio that the configuration names: its version, and the tag of its images. */
  readonly istio: { readonly version: string; readonly tag: string };
  /** The networks of the configuration, by name. */
  readonly networks: readonly { readonly name: string; readonly clusters: readonly string[] }[];
  /** Every Kubernetes cluster: those of the mesh by name, then those that only run a control plane. */
  readonly clusters: readonly MeshClusterStatus[];
}

/**
 * How a cluster stands:
 * - `in-order`: so is everything that was seen;
 * - `warning`: something of it will be wrong one day, such as a CA that ends soon;
 * - `trouble`: something of it is wrong;
 * - `silent`: its API server does not answer, or does not let us in;
 * - `left-out`: the same, and the configuration allows that (`ifUnreachable: skip`).
 */
export type ClusterOrder = "in-order" | "warning" | "trouble" | "silent" | "left-out";

/** How one cluster stands. What was not asked of it, or not read, is left out. */
export interface MeshClusterStatus {
  readonly cluster: string;
  readonly status: ClusterOrder;
  /** `external`: it runs a control plane, and is no cluster of the mesh. */
  readonly role: "primary" | "remote" | "external";
  readonly model?: Model;
  readonly network?: string;
  /** The cluster whose istiod serves it. */
  readonly controlPlane?: string;
  /** Version of Kubernetes, such as `v1.34.2`. */
  readonly kubernetes?: string;
  /** Id of the mesh that its namespace `istio-system` names. */
  readonly mesh?: string;
  /** The istiods that run there. */
  readonly istiods?: readonly IstiodStatus[];
  /** How far these are with the clusters that they are to read. */
  readonly reads?: readonly ReadClusterStatus[];
  readonly eastWestGateway?: GatewayStatus;
  /** The Service by which other clusters and machines reach its istiod. */
  readonly exposedIstiod?: { readonly addresses: readonly string[] };
  /** The root that its istiod signs under; of several that it may be the one that ends first. */
  readonly root?: CertificateEnd;
  /** What its istiod signs with, or what of the chain above ends first. */
  readonly intermediate?: CertificateEnd;
  /** The token by which istiods elsewhere are to read it. Never the token itself. */
  readonly readerToken?: ReaderTokenAge;
  /** What is wrong, in words: with any of it the cluster is not in order. */
  readonly troubles: readonly string[];
  /** What will be wrong, in words. */
  readonly warnings: readonly string[];
  /** What our user may not read, or nobody says, in words: of that nothing is known. */
  readonly unread: readonly string[];
}

/** An istiod Deployment. */
export interface IstiodStatus {
  readonly name: string;
  /** The tag of its image, else what its chart says. */
  readonly version?: string;
  /** Replicas that there are to be. */
  readonly replicas: number;
  /** Those that are available. */
  readonly available: number;
}

/** A cluster that istiod reads. */
export interface ReadClusterStatus {
  readonly cluster: string;
  /** Whether every pod of istiod that runs has synced it. */
  readonly isSynced: boolean;
  /** What pods say that have not. */
  readonly reason?: string;
}

/** An east-west gateway. */
export interface GatewayStatus {
  /** Names of its Services. */
  readonly services: readonly string[];
  readonly addresses: readonly string[];
  /** At which other clusters reach it. */
  readonly port: number;
  /** Whether a pod of it is ready. */
  readonly isReady: boolean;
}

/** When a CA ends. */
export interface CertificateEnd extends End {
  /** What it is called: its common name, where it has one. */
  readonly name: string;
  /** `ending`: within the last 60 days, or the last third of a short lifetime. */
  readonly state: LifetimeState;
}

/** How old a token is. */
export interface ReaderTokenAge {
  /** What the mesh's file calls it. */
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly ageDays: number;
  /** Whether it is as old as `maximumAgeDays` says, or older. */
  readonly isDue: boolean;
}

/** Whether everything that was seen is in order, but for clusters that may be silent. */
export function isInOrder({ clusters }: MeshStatus): boolean {
  return clusters.every(({ status }) => status !== "trouble" && status !== "silent");
}
