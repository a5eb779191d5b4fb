import type { AuthorizationOutline } from "../../topology";
import type { Snapshot } from "../snapshot";
import type { AuthoritySeen, CertificateSeen, ProxyCertificateSeen } from "./certificates";
import type { MeshFacts } from "./facts";
import type {
  AccountRightsSeen,
  DnsSeen,
  DistributionSeen,
  IstiodEndpointsSeen,
  LocalityRuleSeen,
  NetworkPolicySeen,
  OtherIstiodSeen,
  PendingReleaseSeen,
  PodNetworkSeen,
  PodWithoutSidecarSeen,
  RejectSeen,
  ServiceShapeSeen,
} from "./surroundings";

/**
 * What a mesh had at one moment, in all its clusters. Plain data without secrets: it can be written down and judged
 * elsewhere. Where a part of a cluster is left out, nobody could read it, or nobody needs it there.
 */
export interface MeshSnapshot {
  /** RFC 3339. */
  readonly takenAt: string;
  readonly mesh: MeshFacts;
  readonly clusters: readonly ClusterSnapshot[];
}

/** What one cluster had. */
export interface ClusterSnapshot {
  /** Its name in the mesh. */
  readonly cluster: string;
  /** What came instead of an answer; left out where the API server answered. With it nothing else is known. */
  readonly trouble?: ReachTrouble;
  /** What could not be read, and why. */
  readonly unread: readonly Unread[];
  /** How the other clusters are to reach its API server. */
  readonly apiServer?: ApiServerSeen;
  /** By how much its API server's clock is ahead of that of the machine that looked, in milliseconds, to a second or two. */
  readonly clockAheadMs?: number;
  /** What `istio-system` has. */
  readonly system?: Snapshot;
  /** `istio-system` and those of the mesh's workloads, as far as they are there. */
  readonly namespaces?: readonly NamespaceSeen[];
  /** What `istio-system` says of the mesh of Isthmus that it belongs to; left out where it says nothing of one. */
  readonly membership?: MembershipSeen;
  /** Those by which an istiod is asked. */
  readonly webhooks?: readonly WebhookSeen[];
  /** What the ConfigMap `istio` says, which istiods without a revision go by; `none` where there is no such ConfigMap. */
  readonly meshConfig?: MeshConfigSeen | "none";
  /** What those of istiods with a revision say, ConfigMaps `istio-<revision>`. Default: there are none. */
  readonly revisionMeshConfigs?: readonly RevisionMeshConfigSeen[];
  /** The roots that istiod has published in `istio-system`; empty where there is no such ConfigMap. */
  readonly publishedRoots?: readonly CertificateSeen[];
  /** What the istiod there is given to sign with; `none` without a Secret for it. */
  readonly authority?: AuthoritySeen | "none";
  /** Kubeconfigs of other clusters, an entry for each key of a Secret. */
  readonly remoteKubeconfigs?: readonly RemoteKubeconfigSeen[];
  /** Tokens of service accounts that stand in `istio-system`, in Secrets of theirs. */
  readonly accountTokens?: readonly AccountTokenSeen[];
  /** Istio's policies and gateways. */
  readonly policies?: PoliciesSeen;
  /** Pods of istiod that run. */
  readonly istiods?: readonly IstiodSeen[];
  /** The cluster's DNS; `none` where it has no Service `kube-dns`. */
  readonly dns?: DnsSeen | "none";
  /** What the accounts of `istio-system` may do that istiods go by. */
  readonly accountRights?: readonly AccountRightsSeen[];
  /** In `istio-system` and the namespaces of the mesh's workloads. */
  readonly networkPolicies?: readonly NetworkPolicySeen[];
  /** In namespaces whose pods get sidecars. */
  readonly services?: readonly ServiceShapeSeen[];
  readonly podsWithoutSidecar?: readonly PodWithoutSidecarSeen[];
  /** Pods of `istio-system` and of the mesh's workloads that say a network themselves. */
  readonly podNetworks?: readonly PodNetworkSeen[];
  /** Of each gateway in `istio-system` and each namespace of the mesh's workloads one, up to a few. */
  readonly proxyCertificates?: readonly ProxyCertificateSeen[];
  /** Where its nodes are, each `<region>/<zone>` once, and nothing for those that do not say it; of the first hundred. */
  readonly localities?: readonly string[];
  readonly otherIstiods?: readonly OtherIstiodSeen[];
  /** Helm releases of `istio-system` that are just being changed. */
  readonly pendingReleases?: readonly PendingReleaseSeen[];
  /** How the cluster finds an istiod that runs elsewhere. */
  readonly istiodEndpoints?: readonly IstiodEndpointsSeen[];
}

/** What an API server was expected to answer, what came instead, and what to do. */
export interface ReachTrouble {
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
}

/** Something that could not be read. */
export interface Unread {
  /** `Secrets of istio-system` */
  readonly what: string;
  readonly reason: string;
}

/** A secret, by a word that is the same for the same secret in all of one snapshot, and says nothing else: `secret:1`. */
export type SecretToken = string;

/** An API server. */
export interface ApiServerSeen {
  readonly server: string;
  /** SHA-256 fingerprints of its certificate authorities, where the configuration or a kubeconfig names any. */
  readonly authorities?: readonly string[];
}

/** A namespace, with those of its labels that Istio goes by. */
export interface NamespaceSeen {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A mesh that Isthmus has built, as its stack has marked a cluster. */
export interface MembershipSeen {
  /** The mesh's id. */
  readonly mesh: string;
  /** The cluster's name in it. */
  readonly cluster?: string;
}

/** A kubeconfig by which an istiod is to read another cluster. */
export interface RemoteKubeconfigSeen {
  /** Name of the Secret. */
  readonly secret: string;
  /** Whether the Secret has the label by which istiod finds it. */
  readonly isLabelled: boolean;
  /** Its key in the Secret, which istiod takes for the cluster's name. */
  readonly key: string;
  /** Why istiod cannot take it, in words that tell nothing of its content; left out where it can. */
  readonly defect?: string;
  readonly server?: string;
  /** SHA-256 fingerprints. */
  readonly authorities?: readonly string[];
  readonly token?: SecretToken;
  /** Namespace of the account whose token it is, as the token says itself; left out where it says none. */
  readonly accountNamespace?: string;
  /** When the token ends, RFC 3339; left out for one without an end. */
  readonly tokenEndsAt?: string;
}

/** A token of a service account. */
export interface AccountTokenSeen {
  /** Name of the Secret. */
  readonly secret: string;
  readonly account: string;
  /** Left out where Kubernetes has not filled it in. */
  readonly token?: SecretToken;
  /** SHA-256 fingerprints of the certificate authorities of the API server that the Secret names. */
  readonly authorities: readonly string[];
}

/** One webhook of a configuration. */
export interface WebhookSeen {
  readonly kind: "injector" | "validator";
  /** Name of the configuration that it stands in. */
  readonly configuration: string;
  readonly name: string;
  readonly failurePolicy: string;
  /** The Service of the cluster that is asked; left out where it is asked at a URL. */
  readonly service?: { readonly namespace: string; readonly name: string };
  /** Of the mesh's namespaces, and of others that ask for sidecars, those of whose new pods it is told; left out where that is not known. */
  readonly namespaces?: readonly string[];
  /** SHA-256 fingerprints of its `caBundle`. */
  readonly authorities: readonly string[];
}

/** What the mesh's configuration in a cluster says of whose it is. */
export interface MeshConfigSeen {
  readonly meshId?: string;
  readonly trustDomain?: string;
  /** Other trust domains whose identities count as its own. Default: none. */
  readonly trustDomainAliases?: readonly string[];
  /** Who sends to which localities alone, where no DestinationRule says another thing. Default: everybody to all. */
  readonly distribute?: readonly DistributionSeen[];
}

/** The configuration of istiods of one revision. */
export interface RevisionMeshConfigSeen extends MeshConfigSeen {
  readonly revision: string;
}

/** What a pod of istiod says. */
export interface IstiodSeen {
  readonly pod: string;
  /** What it answers of the clusters that it reads; left out where it did not answer. */
  readonly remotes?: readonly { readonly id: string; readonly secretName?: string; readonly syncStatus: string }[];
  /** Its last warnings and errors that name a cluster, by the cluster. */
  readonly lines: Readonly<Record<string, readonly string[]>>;
  /** Proxies that reject what it sends them; left out where it did not answer. */
  readonly rejects?: readonly RejectSeen[];
  /** Versions of the proxies that it serves, each with the names of some of them; left out where it did not answer. */
  readonly proxyVersions?: Readonly<Record<string, readonly string[]>>;
}

/** Istio's objects in a cluster, as far as they decide about calls between clusters. */
export interface PoliciesSeen {
  /** In `istio-system`, for all workloads: the one that counts, where there is one. */
  readonly peerAuthentications: readonly { readonly name: string; readonly mode?: string }[];
  /** In other namespaces: those by which all workloads of one take calls without mutual TLS alone. */
  readonly plainNamespaces?: readonly { readonly namespace: string; readonly name: string }[];
  /** In all namespaces. */
  readonly authorizationPolicies: readonly AuthorizationPolicySeen[];
  /** In `istio-system`. */
  readonly destinationRules: readonly { readonly name: string; readonly host: string; readonly tlsMode?: string }[];
  /** In other namespaces: those that say how clients are to call by TLS. */
  readonly serviceRules?: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly host: string;
    readonly tlsMode: string;
  }[];
  /** In all namespaces: those that say which localities are called. Not those that Isthmus made. */
  readonly localityRules?: readonly LocalityRuleSeen[];
  /** In `istio-system`: ports at which gateways pass mutual TLS through by its server name. */
  readonly passthroughGateways: readonly PassthroughGatewaySeen[];
}

/** A Gateway of Istio that passes mutual TLS through by its server name. */
export interface PassthroughGatewaySeen {
  readonly name: string;
  readonly ports: readonly number[];
  /** Names that it takes, `*.local`. */
  readonly hosts?: readonly string[];
  /** Labels of the pods that it is for; left out where it is for all. */
  readonly selector?: Readonly<Record<string, string>>;
}

/** An AuthorizationPolicy. */
export interface AuthorizationPolicySeen extends AuthorizationOutline {
  readonly namespace: string;
  readonly name: string;
}
