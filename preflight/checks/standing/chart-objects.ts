import { systemNamespace, type ClusterPlan } from "../../../topology";

/** An object outside of namespaces that one of our Helm releases makes. */
export interface ChartObject {
  /** Name of the release that makes it, in the system namespace. */
  readonly release: "istio-base" | "istiod";
  /** What kubectl calls its kind. */
  readonly kind: "crd" | "clusterrole" | "clusterrolebinding" | "validatingwebhookconfiguration";
  readonly name: string;
}

/** Groups of the CRDs that the chart `base` 1.30 and 1.31 has, with the kinds of each. */
const definitions: Readonly<Record<string, readonly string[]>> = {
  "extensions.istio.io": ["trafficextensions", "wasmplugins"],
  "networking.istio.io": [
    "destinationrules",
    "envoyfilters",
    "gateways",
    "proxyconfigs",
    "serviceentries",
    "sidecars",
    "virtualservices",
    "workloadentries",
    "workloadgroups",
  ],
  "security.istio.io": ["authorizationpolicies", "peerauthentications", "requestauthentications"],
  "telemetry.istio.io": ["telemetries"],
};

/** Roles of the chart `istiod`, each with a binding of its name. */
const roles = ["istio-reader-clusterrole", "istiod-clusterrole", "istiod-gateway-controller"] as const;

const collections: Readonly<Record<ChartObject["kind"], string>> = {
  crd: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  clusterrole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  clusterrolebinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  validatingwebhookconfiguration: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
};

/** What of a cluster decides which objects the charts make there. */
type SiteCluster = Pick<ClusterPlan, "configCluster" | "name" | "role" | "values">;

/**
 * What the charts make outside of namespaces, as they are installed in a site. The injector is not among them: who injects
 * is asked by what a webhook does, not by its name. CRDs that the values leave to others (`base.excludedCRDs`) count as theirs.
 * @param cluster The site as a cluster of the mesh; undefined where it only runs a control plane for others.
 */
export function chartObjectsOf(cluster: SiteCluster | undefined): ChartObject[] {
  const excluded = excludedDefinitions(cluster?.values.base ?? {});
  const base = Object.entries(definitions)
    .flatMap(([group, kinds]) => kinds.map((kind) => `${kind}.${group}`))
    .filter((name) => cluster !== undefined && !excluded.includes(name))
    .map((name): ChartObject => ({ release: "istio-base", kind: "crd", name }));
  const istiod = roles.flatMap((role): ChartObject[] => {
    const name = `${role}-${systemNamespace}`;
    return [
      { release: "istiod", kind: "clusterrole", name },
      { release: "istiod", kind: "clusterrolebinding", name },
    ];
  });
  return [...base, ...istiod, ...validators(cluster)];
}

/**
 * The default validator stands where configuration is written that counts: at a primary, and in the configuration cluster of
 * an external control plane. A cluster that only runs a control plane for others has neither.
 */
function validators(cluster: SiteCluster | undefined): ChartObject[] {
  if (cluster === undefined) return [];
  const kind = "validatingwebhookconfiguration";
  const own: ChartObject = { release: "istiod", kind, name: `istio-validator-${systemNamespace}` };
  const isWrittenTo = cluster.role === "primary" || cluster.configCluster === cluster.name;
  return isWrittenTo ? [{ release: "istio-base", kind, name: "istiod-default-validator" }, own] : [own];
}

function excludedDefinitions(values: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { excludedCRDs } = (values["base"] ?? {}) as { readonly excludedCRDs?: unknown };
  return Array.isArray(excludedCRDs) ? excludedCRDs : [];
}

/** The API group of a CRD that a chart makes; undefined for other kinds. */
export function definedGroup({ kind, name }: ChartObject): string | undefined {
  return kind === "crd" ? name.slice(name.indexOf(".") + 1) : undefined;
}

/** Where the API server has it. */
export function chartObjectPath({ kind, name }: ChartObject): string {
  return `${collections[kind]}/${name}`;
}
