import type { KubernetesObject } from "../../../preflight/checks/object";
import type {
  FoundChartObject,
  Injector,
  ObjectMetadata,
  Policy,
  StandingFacts,
} from "../../../preflight/checks/standing/facts";
import { judgeStanding } from "../../../preflight/checks/standing/judge";
import {
  formatProblem,
  dnsCapturesIn,
  globalServicesIn,
  machinesOf,
  peerPoliciesIn,
  servicesByRegionIn,
  sidecarScopesIn,
  sitesOf,
  type MeshConfig,
} from "../../../topology";
import { planOf } from "../../support/plans";
import { configOf } from "./precheck-support";

/** The system namespace as Isthmus made it. */
export const ours: KubernetesObject = { metadata: { labels: { "app.kubernetes.io/managed-by": "isthmus" } } };

/** The system namespace as somebody else made it. */
export const foreign: KubernetesObject = { metadata: { labels: { team: "platform" } } };

/** What is in the cluster `east`, which has nothing but what is said. */
export function factsOf(
  facts: Partial<StandingFacts> = {},
  mesh: MeshConfig = configOf("east"),
  name = "east",
): StandingFacts {
  const plan = planOf(mesh);
  const site = sitesOf(plan).find((one) => one.name === name);
  if (site === undefined) throw new RangeError(`no cluster ${name}`);
  return {
    site,
    cluster: plan.clusters.find((one) => one.name === name),
    wantedOfSystem: plan.istio.systemNamespace,
    intermediate: "made",
    wantedPeerPolicies: peerPoliciesIn(plan, name),
    namespacePolicies: [],
    wantedSidecarScopes: sidecarScopesIn(plan, name),
    namespaceSidecars: [],
    wantedDnsCaptures: dnsCapturesIn(plan, name),
    namespaceProxyConfigs: [],
    wantedGlobalNames: globalServicesIn(plan, name).flatMap(({ names }) => names),
    hostObjects: [],
    servicesByRegion: servicesByRegionIn(plan, name),
    nodes: [],
    wantedMachines: machinesOf(plan, name),
    machineEntries: [],
    system: "absent",
    systemContents: [],
    pullSecrets: [],
    namespaces: [],
    chartObjects: [],
    injectors: [],
    istiods: [],
    releases: [],
    policies: { peerAuthentications: [], authorizationPolicies: [], networkPolicies: [] },
    ...facts,
  };
}

/** What the rules say, as it is shown. */
export function said(facts: StandingFacts): {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  const { problems, warnings } = judgeStanding(facts);
  return { problems: problems.map(formatProblem), warnings: warnings.map(formatProblem) };
}

/** What an object says of itself. */
export function metadata(name: string, more: Partial<ObjectMetadata> = {}): ObjectMetadata {
  return { name, namespace: "", labels: {}, annotations: {}, ...more };
}

/** An istiod of a namespace. */
export function istiod(namespace: string, revision?: string): ObjectMetadata {
  const name = revision === undefined ? "istiod" : `istiod-${revision}`;
  const labels = { app: "istiod", ...(revision === undefined ? {} : { "istio.io/rev": revision }) };
  return metadata(name, { namespace, labels });
}

/** Marks that Helm puts on what a release makes. */
export function ofRelease(name: string, namespace = "istio-system"): Pick<ObjectMetadata, "annotations" | "labels"> {
  return {
    labels: { "app.kubernetes.io/managed-by": "Helm" },
    annotations: { "meta.helm.sh/release-name": name, "meta.helm.sh/release-namespace": namespace },
  };
}

/** An injector, as Istio's chart makes one for a revision. */
export function injector(
  name: string,
  namespace: string,
  revision = "default",
  more: Partial<Injector> = {},
): Injector {
  const bare = ["istio-injection", "istio.io/rev"].map((key) => ({ key, operator: "DoesNotExist" }));
  const notOff = { matchExpressions: [{ key: "sidecar.istio.io/inject", operator: "NotIn", values: ["false"] }] };
  const byRevision = { key: "istio.io/rev", operator: "In", values: [revision] };
  const byDefault = {
    namespaces: { matchExpressions: [{ key: "istio-injection", operator: "In", values: ["enabled"] }] },
    pods: notOff,
  };
  return {
    ...metadata(name, { labels: { app: "sidecar-injector", "istio.io/rev": revision } }),
    services: [namespace],
    urls: [],
    selectors: [
      { namespaces: { matchExpressions: [byRevision, ...bare.slice(0, 1)] }, pods: notOff },
      { namespaces: { matchExpressions: bare }, pods: { matchExpressions: [...notOff.matchExpressions, byRevision] } },
      ...(revision === "default" ? [byDefault] : []),
    ],
    ...more,
  };
}

/** A CRD that the chart `base` would make. */
export function definition(name: string, more: Partial<ObjectMetadata> = {}): FoundChartObject {
  return { object: { release: "istio-base", kind: "crd", name }, metadata: metadata(name, more) };
}

/** A cluster role that the chart `istiod` would make. */
export function role(name: string, more: Partial<ObjectMetadata> = {}): FoundChartObject {
  return { object: { release: "istiod", kind: "clusterrole", name }, metadata: metadata(name, more) };
}

/** A policy of the system namespace. */
export function policy(name: string, spec: Policy["spec"], labels = {}): Policy {
  return { ...metadata(name, { namespace: "istio-system", labels }), spec };
}
