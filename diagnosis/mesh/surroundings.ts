/** What stands around a mesh in a cluster: what its istiods, gateways and workloads need there, and what may be in their way. */

import type { LabelSelector } from "../../topology";

/** The cluster's own DNS: what the Service `kube-dns` leads to. */
export interface DnsSeen {
  /** Deployments that serve it, with the pods that they are to have. */
  readonly deployments: readonly { readonly name: string; readonly replicas: number }[];
  /** How many of its pods are ready. */
  readonly readyCount: number;
}

/** What a service account of `istio-system` may do in the whole cluster. */
export interface AccountRightsSeen {
  readonly account: string;
  readonly rights: readonly RightSeen[];
}

/** A rule of a ClusterRole that is not for some names alone. `*` stands for all. */
export interface RightSeen {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A NetworkPolicy, as far as it says whether anything at all may get through. */
export interface NetworkPolicySeen {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** What it lets in; left out where it says nothing of that. */
  readonly ingress?: readonly PassageSeen[];
  /** What it lets out; left out where it says nothing of that. */
  readonly egress?: readonly PassageSeen[];
}

/** A rule of a NetworkPolicy: ports, as numbers or names, from the first to the last of a range; none for every port. */
export interface PassageSeen {
  readonly ports: readonly { readonly first: number | string; readonly last?: number }[];
}

/** A Service of a namespace whose pods get sidecars. */
export interface ServiceShapeSeen {
  readonly namespace: string;
  readonly name: string;
  /** In words that are the same for Services that are alike to Istio. */
  readonly shape: string;
}

/** A running pod of a namespace of the mesh's workloads that is to have a sidecar and has none. */
export interface PodWithoutSidecarSeen {
  readonly namespace: string;
  readonly pod: string;
}

/** A running pod that says by a label which network it is on. */
export interface PodNetworkSeen {
  readonly namespace: string;
  readonly pod: string;
  readonly network: string;
}

/** A Deployment of an istiod in another namespace than `istio-system`. */
export interface OtherIstiodSeen {
  readonly namespace: string;
  readonly name: string;
  readonly revision: string;
}

/** Where a Service for an istiod leads to, that is said by hand and by no selector. */
export interface IstiodEndpointsSeen {
  readonly service: string;
  readonly addresses: readonly string[];
}

/** A proxy that rejects what its istiod sends. */
export interface RejectSeen {
  /** `<pod>.<namespace>` */
  readonly proxy: string;
  /** The cluster that it is in. */
  readonly cluster: string;
  /** Which part of its configuration: `Cluster`, `Listener`. */
  readonly part: string;
  /** In the proxy's own words, cut short. */
  readonly error: string;
}

/** A Helm release that is being installed, upgraded or rolled back. */
export interface PendingReleaseSeen {
  readonly name: string;
  /** Since when, RFC 3339. */
  readonly since: string;
}

/** What says to which localities clients send calls: a DestinationRule, or the mesh's configuration for all. */
export interface LocalityRuleSeen {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  /** Who sends to whom alone, localities as `<region>/<zone>`; left out where it does not say so. */
  readonly distribute?: readonly DistributionSeen[];
  /** By what it orders localities, where it does: regions by name, or labels. */
  readonly orderedBy?: readonly string[];
  /** Whether it says when an endpoint counts as failing: without that an order has no effect. */
  readonly hasOutlierDetection: boolean;
}

/** Where the clients of a locality send their calls. */
export interface DistributionSeen {
  readonly from: string;
  readonly to: readonly string[];
}
