import { clusterDomainOf, defaultClusterDomain } from "../cluster-domain";
import {
  controlPlaneIn,
  dnsCapturesIn,
  globalServicesIn,
  isSamenessOfIstio,
  issuerRefOf,
  machinesOf,
  mayChangeRoots,
  peerPoliciesIn,
  sidecarScopesIn,
  type ClusterPlan,
  type ControlPlanePlan,
  type DnsCapturePlan,
  type IstioPlan,
  type MeshPlan,
  type PeerPolicy,
  type PlacedService,
  type SamenessPlan,
  type SidecarScopePlan,
} from "../plan";
import type { IssuerRef } from "../schema/cert-manager";
import { hasCrossNetworkGateway, isRead, offersOf } from "./needs";
import { trustPart } from "./part";

/**
 * All of a plan that decides what is made in one part. Two plans with the same slice of a part make the same there, so
 * that a part whose slice did not change can be left alone. Plain data.
 */
export interface PartSlice {
  readonly part: string;
  readonly mesh: Pick<MeshPlan, "id" | "trustDomain" | "replaces" | "mtls">;
  /** Certificate authorities, for the trust alone. */
  readonly trust?: { readonly settings: MeshPlan["trust"]; readonly sites: readonly object[] };
  readonly istio?: IstioPlan;
  readonly cluster?: ClusterPlan;
  readonly controlPlane?: ControlPlanePlan;
  /** Of the cluster that holds the istiod's configuration: its network goes into the istiod's values. */
  readonly configNetwork?: string;
  /** External istiods that take their configuration from here. */
  readonly configures: readonly string[];
  /** Whether istiods and proxies are told to take up other roots while they run; left out where not. */
  readonly mayChangeRoots?: true;
  /** What cert-manager is asked for; left out where it issues nothing. */
  readonly issued?: Pick<MeshPlan["trust"], "intermediateLifetimeDays" | "keyAlgorithm" | "renewBeforeDays"> & {
    readonly issuerRef: IssuerRef;
  };
  readonly isRead: boolean;
  readonly hasCrossNetworkGateway: boolean;
  /** Domain of the Services behind those gateways, where an external istiod gives it another than cluster.local. */
  readonly clusterDomain?: string;
  readonly namespaces: readonly object[];
  readonly peerPolicies: readonly PeerPolicy[];
  /** Left out where there is none. */
  readonly globalServices?: readonly PlacedService[];
  /** Whether its sidecars answer DNS; left out where not. */
  readonly capturesDns?: true;
  /** Left out where there is none. */
  readonly sidecarScopes?: readonly SidecarScopePlan[];
  /** Left out where there is none. */
  readonly dnsCaptures?: readonly DnsCapturePlan[];
  /** What its istiod, or one that takes its configuration there, is told of it; left out where Istio's own counts. */
  readonly sameness?: SamenessPlan;
  /** Machines whose entries are made there; left out where there are none. */
  readonly machines?: readonly object[];
}

/** Cuts out of a plan what one part depends on. Pure. */
export function sliceOf(plan: MeshPlan, part: string): PartSlice {
  const { id, trustDomain, replaces, mtls } = plan;
  // Each part says all of this in its outputs.
  const mesh = { id, trustDomain, replaces, mtls };
  if (part === trustPart) {
    return {
      part,
      mesh,
      trust: {
        settings: plan.trust,
        sites: offersOf(plan, trustPart).map((offer) => ({ offer, replaces: formerName(plan, offer) })),
      },
      configures: [],
      isRead: false,
      hasCrossNetworkGateway: false,
      namespaces: [],
      peerPolicies: [],
    };
  }
  const cluster = plan.clusters.find(({ name }) => name === part);
  const controlPlane = controlPlaneIn(plan, part);
  const configNetwork = plan.clusters.find(({ name }) => name === controlPlane?.configCluster)?.network;
  return {
    part,
    mesh,
    // The extra values count as they are merged into each cluster's own.
    istio: { ...plan.istio, extraValues: [] },
    ...(cluster === undefined ? {} : { cluster: made(cluster) }),
    ...(controlPlane === undefined ? {} : { controlPlane }),
    ...(configNetwork === undefined ? {} : { configNetwork }),
    configures: plan.controlPlanes
      .filter(({ kind, configCluster }) => kind === "external" && configCluster === part)
      .map(({ name }) => name),
    ...(mayChangeRoots(plan) ? { mayChangeRoots: true } : {}),
    ...issuedIn(plan, part),
    isRead: isRead(plan, part),
    hasCrossNetworkGateway: hasCrossNetworkGateway(plan, part),
    ...otherClusterDomain(plan, part),
    namespaces: plan.namespaces
      .filter(({ clusters }) => clusters.includes(part))
      .map(({ name, labels, annotations }) => ({ name, labels, annotations })),
    peerPolicies: peerPoliciesIn(plan, part),
    ...namespaceSettingsHere(plan, part),
    ...globalServicesHere(plan, part),
    ...machinesIn(plan, part),
  };
}

/** Where the configuration describes a machine changes nothing of its entry. */
function machinesIn(plan: MeshPlan, part: string): Pick<PartSlice, "machines"> {
  const machines = machinesOf(plan, part).map((machine) => ({ ...machine, path: "" }));
  return machines.length === 0 ? {} : { machines };
}

/** What a cluster's workloads reach, where the configuration describes it, and when a token is due change nothing in it. */
function made(cluster: ClusterPlan): ClusterPlan {
  const slice: { -readonly [Key in keyof ClusterPlan]: ClusterPlan[Key] } = { ...cluster, reaches: [], path: "" };
  delete slice.readerTokenMaximumAgeDays;
  return slice;
}

function formerName(plan: MeshPlan, offer: string): string | undefined {
  return plan.clusters.find(({ name }) => offer === `intermediate.${name}`)?.replaces;
}

function issuedIn(plan: MeshPlan, part: string): Pick<PartSlice, "issued"> {
  const issuerRef = controlPlaneIn(plan, part) && issuerRefOf(plan, part);
  if (issuerRef === undefined) return {};
  const { certManager, intermediateLifetimeDays, keyAlgorithm, renewBeforeDays } = plan.trust;
  const install = certManager?.install;
  return {
    issued: {
      intermediateLifetimeDays,
      keyAlgorithm,
      renewBeforeDays,
      issuerRef,
      ...(install === undefined ? {} : { install }),
    },
  };
}

function namespaceSettingsHere(plan: MeshPlan, part: string): Pick<PartSlice, "sidecarScopes" | "dnsCaptures"> {
  const sidecarScopes = sidecarScopesIn(plan, part);
  const dnsCaptures = dnsCapturesIn(plan, part);
  return {
    ...(sidecarScopes.length === 0 ? {} : { sidecarScopes }),
    ...(dnsCaptures.length === 0 ? {} : { dnsCaptures }),
  };
}

/** DNS and the sameness of Services are settings of the istiod's values and of the mesh configuration that lies in a cluster. */
function globalServicesHere(
  plan: MeshPlan,
  part: string,
): Pick<PartSlice, "globalServices" | "capturesDns" | "sameness"> {
  const services = globalServicesIn(plan, part);
  return {
    ...(services.length === 0 ? {} : { globalServices: services }),
    ...(plan.globalServices.capturesDns ? { capturesDns: true } : {}),
    ...(isSamenessOfIstio(plan.sameness) ? {} : { sameness: plan.sameness }),
  };
}

/** Of a primary its own values say it. */
function otherClusterDomain(plan: MeshPlan, part: string): Pick<PartSlice, "clusterDomain"> {
  const external = plan.controlPlanes.find(({ kind, configCluster }) => kind === "external" && configCluster === part);
  const clusterDomain = clusterDomainOf(external?.values.istiod ?? {});
  return clusterDomain === defaultClusterDomain ? {} : { clusterDomain };
}
