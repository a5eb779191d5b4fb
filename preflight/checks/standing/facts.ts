import type {
  ClusterPlan,
  DnsCapturePlan,
  IntermediateOrigin,
  IstioPlan,
  LabelSelector,
  MachinePlan,
  PeerPolicy,
  PlacedName,
  SidecarScopePlan,
  SitePlan,
} from "../../../topology";
import type { KubernetesObject } from "../object";
import type { ChartObject } from "./chart-objects";

/** What is in a cluster before anything is changed. Of what may not be read there is `undefined`: it is not known. */
export interface StandingFacts {
  readonly site: SitePlan;
  /** The site as a cluster of the mesh; undefined where it only runs a control plane for others. */
  readonly cluster: ClusterPlan | undefined;
  /** What the configuration gives to the system namespace. */
  readonly wantedOfSystem: IstioPlan["systemNamespace"];
  /** Who keeps the Secret of istiod's intermediate CA there. */
  readonly intermediate: IntermediateOrigin;
  /** The system namespace. */
  readonly system: KubernetesObject | "absent" | "unread";
  /** Namespaces of the mesh's workloads that are there, with the labels that we set. */
  readonly namespaces: readonly WantedNamespace[];
  /** What is in a system namespace that Isthmus did not make, of the kinds that a mesh has there; not looked at in one of ours. */
  readonly systemContents: readonly NamespaceObject[] | undefined;
  /** Secrets by which Istio's images are pulled, where pods of ours do. */
  readonly pullSecrets: readonly PullSecret[];
  /** Objects that our charts would make and that are there. */
  readonly chartObjects: readonly FoundChartObject[];
  readonly injectors: readonly Injector[] | undefined;
  /** Deployments of istiod in all namespaces. */
  readonly istiods: readonly ObjectMetadata[] | undefined;
  /** Helm releases in the system namespace, as their newest records say. */
  readonly releases: readonly HelmRelease[] | undefined;
  /** Of the system namespace, where it is ours. */
  readonly policies: Policies;
  /** PeerAuthentications that the mesh has here. */
  readonly wantedPeerPolicies: readonly PeerPolicy[];
  /** PeerAuthentications that are in the workloads' namespaces for which the mesh has one. */
  readonly namespacePolicies: readonly Policy[];
  /** Sidecars that the mesh has here. */
  readonly wantedSidecarScopes: readonly SidecarScopePlan[];
  /** Sidecars that are in the workloads' namespaces for which the mesh has one. */
  readonly namespaceSidecars: readonly Policy[];
  /** ProxyConfigs that the mesh has here. */
  readonly wantedDnsCaptures: readonly DnsCapturePlan[];
  /** ProxyConfigs that are in the workloads' namespaces for which the mesh has one. */
  readonly namespaceProxyConfigs: readonly Policy[];
  /** Names of global services that an istiod is told of here. */
  readonly wantedGlobalNames: readonly PlacedName[];
  /** Global services that are called by the regions of nodes, and that run here or are called from here. */
  readonly servicesByRegion: readonly string[];
  /** Nodes, where any is; undefined where they may not be read. */
  readonly nodes: readonly ObjectMetadata[] | undefined;
  /** Objects of others that are about names, where the mesh has any. */
  readonly hostObjects: readonly HostObject[];
  /** Machines outside Kubernetes that the mesh has here. */
  readonly wantedMachines: readonly MachinePlan[];
  /** WorkloadEntries that are there under their names. */
  readonly machineEntries: readonly ObjectMetadata[];
}

/** A namespace of the mesh's workloads that is there. */
export interface WantedNamespace {
  readonly name: string;
  readonly object: KubernetesObject;
  /** Labels that it has in the mesh. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations that the configuration gives it. Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object in the system namespace. */
export interface NamespaceObject extends ObjectMetadata {
  /** What kubectl calls its kind. */
  readonly kind: string;
}

/** A Secret by which Istio's images are pulled, as far as it may be seen. */
export interface PullSecret {
  readonly name: string;
  /** `unfit`: it is there, and of a type by which nothing is pulled. */
  readonly state: "there" | "absent" | "unfit" | "unread";
}

/** What every object says of itself. */
export interface ObjectMetadata {
  readonly name: string;
  /** Empty for what is in none. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An object that one of our charts would make, as it is there. */
export interface FoundChartObject {
  readonly object: ChartObject;
  readonly metadata: ObjectMetadata;
}

/** A webhook configuration that injects sidecars. */
export interface Injector extends ObjectMetadata {
  /** Namespaces of the Services that it asks. */
  readonly services: readonly string[];
  /** URLs that it asks in place of Services. */
  readonly urls: readonly string[];
  /** What each of its webhooks is for. */
  readonly selectors: readonly {
    readonly namespaces: LabelSelector | undefined;
    readonly pods: LabelSelector | undefined;
  }[];
}

/** A Helm release, as the labels of its record say. */
export interface HelmRelease {
  readonly name: string;
  /** Such as `deployed`, `failed` or `pending-upgrade`. */
  readonly status: string;
}

/** Policies that may stop calls. */
export interface Policies {
  readonly peerAuthentications: readonly Policy[] | undefined;
  readonly authorizationPolicies: readonly Policy[] | undefined;
  readonly networkPolicies: readonly Policy[] | undefined;
}

/** A ServiceEntry, DestinationRule or VirtualService, and the names that it is about. */
export interface HostObject extends ObjectMetadata {
  /** What kubectl calls its kind. */
  readonly kind: string;
  readonly hosts: readonly string[];
}

/** A policy, or another object of which all counts. */
export interface Policy extends ObjectMetadata {
  readonly spec: Readonly<Record<string, unknown>>;
}
