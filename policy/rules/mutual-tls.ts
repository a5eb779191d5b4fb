import { at, isKind, list, mapping, text } from "../properties";
import { resourceRule, stackRule, type Resource } from "../rule";
import { matchesStack, production, stackOf } from "../stack-names";

interface Where {
  readonly production: readonly string[];
}

/** Namespace whose PeerAuthentication counts for the whole mesh (istio.io, meshConfig.rootNamespace). */
const rootNamespace = "istio-system";

/** Modes in which a workload takes connections that are not mutual TLS (istio.io, PeerAuthentication). */
const openModes: readonly string[] = ["PERMISSIVE", "DISABLE"];

/** What lets plain text in. */
export const permissiveMutualTls = resourceRule<Where>({
  name: "no-permissive-mtls",
  description: "In production no resource lets workloads take plain text.",
  level: "mandatory",
  settings: { production },
  check: (resource, values) =>
    matchesStack(stackOf(resource.urn), values.production)
      ? [...openPeerAuthentication(resource), ...plainDestinationRule(resource), ...withoutAutomaticMutualTls(resource)]
      : [],
});

/** Istio's default is permissive. */
export const strictMutualTls = stackRule<Where>({
  name: "strict-mtls",
  description: "In production a stack that installs istiod also demands mutual TLS in the whole mesh.",
  level: "advisory",
  settings: { production },
  checkStack: (resources, values) => {
    const [istiod] = resources.filter(isIstiod);
    if (istiod === undefined || !matchesStack(stackOf(istiod.urn), values.production)) return [];
    if (resources.some(isStrictForTheMesh)) return [];
    return [
      `expected a PeerAuthentication in ${rootNamespace} with the mode STRICT and no selector, found none in the stack. ` +
        "Without one Istio takes plain text too; if it is applied by other means, disable this rule.",
    ];
  },
});

function openPeerAuthentication({ properties }: Resource): string[] {
  if (!isPeerAuthentication(properties)) return [];
  const modes = [
    ["spec.mtls.mode", at(properties, "spec", "mtls", "mode")],
    ...Object.entries(mapping(at(properties, "spec", "portLevelMtls"))).map(
      ([port, settings]) => [`spec.portLevelMtls.${port}.mode`, at(settings, "mode")] as const,
    ),
  ] as const;
  return modes.flatMap(([path, mode]) =>
    openModes.includes(text(mode) ?? "")
      ? [`${path}: expected STRICT, found ${text(mode) ?? ""}. Make it STRICT.`]
      : [],
  );
}

/** Calls to services of the mesh in plain text; what is outside may know no other. */
function plainDestinationRule({ properties }: Resource): string[] {
  if (!isKind(properties, "networking.istio.io", "DestinationRule")) return [];
  const spec = properties["spec"];
  if (!isInMesh(text(at(spec, "host")) ?? "")) return [];
  const policies = [
    ["spec.trafficPolicy", at(spec, "trafficPolicy")] as const,
    ...list(mapping(spec)["subsets"]).map(
      (subset, index) => [`spec.subsets[${index}].trafficPolicy`, at(subset, "trafficPolicy")] as const,
    ),
  ];
  const settings = policies.flatMap(([path, policy]) => [
    [path, policy] as const,
    ...list(mapping(policy)["portLevelSettings"]).map(
      (port, index) => [`${path}.portLevelSettings[${index}]`, port] as const,
    ),
  ]);
  return settings.flatMap(([path, setting]) =>
    at(setting, "tls", "mode") === "DISABLE"
      ? [`${path}.tls.mode: expected ISTIO_MUTUAL, found DISABLE. Make it ISTIO_MUTUAL, or leave it out.`]
      : [],
  );
}

/** Whether a host is that of a Service: a short name, or one in a cluster's domain, whatever that is. */
function isInMesh(host: string): boolean {
  return !host.includes(".") || host.endsWith(".local") || /\.svc(\.|$)/.test(host);
}

function withoutAutomaticMutualTls({ type, properties }: Resource): string[] {
  if (type !== releaseType || at(properties, "values", "meshConfig", "enableAutoMtls") !== false) return [];
  return [
    "values.meshConfig.enableAutoMtls: expected true, found false. Without it sidecars speak plain text unless a rule says otherwise.",
  ];
}

const releaseType = "kubernetes:helm.sh/v3:Release";

/** A remote cluster has the chart too, for its injector; its workloads go by the policies of another cluster. */
function isIstiod({ type, properties }: Resource): boolean {
  if (at(properties, "values", "profile") === "remote") return false;
  return type === releaseType && /(^|\/)istiod(-[^/]*\.tgz)?$/.test(text(properties["chart"]) ?? "");
}

function isStrictForTheMesh({ properties }: Resource): boolean {
  return (
    isPeerAuthentication(properties) &&
    at(properties, "metadata", "namespace") === rootNamespace &&
    Object.keys(mapping(at(properties, "spec", "selector"))).length === 0 &&
    at(properties, "spec", "mtls", "mode") === "STRICT"
  );
}

function isPeerAuthentication(properties: Resource["properties"]): boolean {
  return isKind(properties, "security.istio.io", "PeerAuthentication");
}
