import type { ClusterView } from "../comparison";
import type { ChangeId, Difference } from "../model";
import { notKnown } from "../properties";

/** Values that the mesh itself decides, and the changes of which they are a part. */
const decided: readonly { readonly path: RegExp; readonly by: readonly ChangeId[] }[] = [
  { path: /^values\.global\.(tag|hub)$/, by: ["istio"] },
  { path: /^values\.global\.meshID$/, by: ["mesh-id"] },
  { path: /^values\.meshConfig\.trustDomain$/, by: ["trust-domain", "control-plane", "configuration-cluster"] },
  {
    path: /^values\.(global\.network|env\.ISTIO_META_REQUESTED_NETWORK_VIEW)$/,
    by: ["network", "control-plane", "configuration-cluster"],
  },
  { path: /^values\.global\.multiCluster\b/, by: ["renamed", "configuration-cluster"] },
  { path: /^values\.meshConfig\.defaultConfig\.proxyMetadata\.ISTIO_META_DNS_CAPTURE$/, by: ["dns-capture"] },
  { path: /^values\.meshConfig\.serviceSettings\b/, by: ["sameness"] },
  // Told beside the values.
  { path: /^values\.global\.meshNetworks\b/, by: ["gateway"] },
  { path: /^values\.global\.remotePilotAddress$/, by: ["exposed-istiod", "control-plane"] },
  {
    path: /^values\.(global\.(externalIstiod|configCluster)|profile|defaultRevision|base\.validationURL|configMap|istiodRemote|env\.ISTIOD_CUSTOM_HOST)\b/,
    by: ["control-plane", "exposed-istiod", "configuration-cluster"],
  },
];

/** Changes because of which the values of a release are known only during the update. */
const untilUpdated: readonly ChangeId[] = [
  "control-plane",
  "configuration-cluster",
  "exposed-istiod",
  "gateway",
  "joins",
  "renamed",
];

/** Values that change what pods say of themselves, where and how many of them run, and what else no call depends on. */
const harmless = [
  /(^|\.)(logging|logAsJson|logLevel)\b/,
  /(^|\.)(resources|nodeSelector|tolerations|affinity|topologySpreadConstraints|podAnnotations|podLabels|podDisruptionBudget|defaultPodDisruptionBudget|priorityClassName)\b/,
  /(^|\.)(replicaCount|autoscaleEnabled|autoscaleMin|autoscaleMax|autoscaling|cpu|memory|autoscaleBehavior)\b/,
  /^values\.meshConfig\.accessLog(File|Encoding|Format)$/,
  // That the Secrets are there is looked at before; pods that run need them no more.
  /(^|\.)imagePullSecrets\b/,
  // istiod is rolled for them, which loses no call, and proxies that run go on without (docs/trust.md).
  /^values\.(env\.ISTIO_MULTIROOT_MESH|meshConfig\.defaultConfig\.proxyMetadata\.PROXY_CONFIG_XDS_AGENT)$/,
  // Which validator is asked about new configuration.
  /^values\.(defaultRevision|base\.validationURL)$/,
];

/**
 * Whether it is known what follows from a value that differs: `told` where another change has the words for it, `harmless`
 * where calls do not depend on it. Pure.
 */
export function understood(
  { path, before, after }: Difference,
  { mesh, told }: ClusterView,
): "told" | "harmless" | "not understood" {
  if (path === "values") {
    const isHidden = before === notKnown || after === notKnown;
    return isHidden && (untilUpdated.some((id) => told.has(id)) || isAddressNew(mesh)) ? "told" : "not understood";
  }
  const follows = decided.find((one) => one.path.test(path));
  if (follows?.by.some((id) => told.has(id)) === true) return "told";
  return harmless.some((one) => one.test(path)) ? "harmless" : "not understood";
}

/** Whether a cluster's gateway or istiod gets an address, which is told where that is. */
function isAddressNew({ preview }: ClusterView["mesh"]): boolean {
  return preview.steps.some(
    ({ op, subject: { component, part } }) =>
      ["create", "replace"].includes(op) &&
      ["exposed istiod", "east-west gateway"].includes(component) &&
      part === "Service",
  );
}
