/** The charts whose values a user may extend. */
export type Chart = "base" | "istiod" | "gateway";

/** All of them. */
export const chartNames: readonly Chart[] = ["base", "istiod", "gateway"];

/** A Helm value that Isthmus itself decides, because the clusters must agree on it or because another value follows from it. */
export interface OwnedValue {
  /** Keys from the chart's top; the whole subtree is meant. */
  readonly path: string;
  /** What to do instead, as an imperative sentence. */
  readonly instead: string;
}

const byMesh = "Set `id`, `trustDomain` or the cluster's `network` instead: every cluster gets its value from there.";
const byJoining = "Leave it out: it follows from how the clusters are joined.";
const byNames = "Leave it out: other objects refer to it by the name that Isthmus gives.";
const byVersion = "Set `istio.version`, `istio.hub` or `istio.tag` instead.";
const byGateway = "Set the cluster's `eastWestGateway` instead: the Service is Isthmus's own and not the chart's.";
const byReader = "Leave it out: by this account and these permissions the other clusters' istiods read the cluster.";
const internal = "Write the value at its own place: this key is the charts' own.";

const inEveryChart: readonly OwnedValue[] = [
  { path: "_internal_defaults_do_not_set", instead: internal },
  { path: "defaults", instead: internal },
  { path: "profile", instead: byJoining },
  { path: "global.profile", instead: byJoining },
  { path: "global.istioNamespace", instead: byNames },
  { path: "global.externalIstiod", instead: byJoining },
  { path: "global.configCluster", instead: byJoining },
  { path: "global.resourceScope", instead: byReader },
  { path: "global.enableReaderRBAC", instead: byReader },
  { path: "global.readerServiceAccount", instead: byReader },
];

/**
 * The values that Isthmus owns, by chart. Names are those of Istio's charts 1.30 and 1.31; values below `pilot` mean
 * the same as at the istiod chart's top, so both spellings are refused.
 */
export const ownedValues: Readonly<Record<Chart, readonly OwnedValue[]>> = {
  base: [...inEveryChart, { path: "defaultRevision", instead: byNames }, { path: "revision", instead: byNames }],
  istiod: [
    ...inEveryChart,
    { path: "global.meshID", instead: byMesh },
    { path: "global.multiCluster.clusterName", instead: byMesh },
    { path: "global.network", instead: byMesh },
    { path: "global.meshNetworks", instead: byJoining },
    { path: "global.remotePilotAddress", instead: byJoining },
    { path: "global.caAddress", instead: byJoining },
    { path: "global.operatorManageWebhooks", instead: byJoining },
    { path: "global.omitSidecarInjectorConfigMap", instead: byJoining },
    { path: "global.hub", instead: byVersion },
    { path: "global.tag", instead: byVersion },
    { path: "meshConfig.trustDomain", instead: byMesh },
    { path: "meshConfig.rootNamespace", instead: byNames },
    { path: "meshConfig.defaultConfig.meshId", instead: byMesh },
    { path: "meshConfig.defaultConfig.discoveryAddress", instead: byJoining },
    { path: "meshConfig.defaultConfig.proxyMetadata.ISTIO_META_CLUSTER_ID", instead: byMesh },
    { path: "meshConfig.defaultConfig.proxyMetadata.ISTIO_META_NETWORK", instead: byMesh },
    { path: "meshConfig.defaultConfig.proxyMetadata.ISTIO_META_MESH_ID", instead: byMesh },
    { path: "istiodRemote", instead: byJoining },
    ...underPilotToo([
      { path: "revision", instead: byNames },
      { path: "revisionTags", instead: byNames },
      { path: "configMap", instead: byJoining },
      { path: "hub", instead: byVersion },
      { path: "tag", instead: byVersion },
      { path: "env.CLUSTER_ID", instead: byMesh },
      { path: "env.EXTERNAL_ISTIOD", instead: byJoining },
      { path: "env.LOCAL_CLUSTER_SECRET_WATCHER", instead: byJoining },
      { path: "env.SHARED_MESH_CONFIG", instead: byJoining },
      { path: "env.INJECTION_WEBHOOK_CONFIG_NAME", instead: byJoining },
      { path: "env.VALIDATION_WEBHOOK_CONFIG_NAME", instead: byJoining },
      { path: "env.REVISION", instead: byNames },
      {
        path: "env.ISTIOD_CUSTOM_HOST",
        instead: "Set `exposedIstiod.address` instead: a host name there stands in istiod's certificate.",
      },
    ]),
  ],
  gateway: [
    ...inEveryChart,
    { path: "name", instead: byNames },
    { path: "service", instead: byGateway },
    { path: "networkGateway", instead: byMesh },
    { path: "networkGatewayPorts", instead: byGateway },
    { path: "revision", instead: byNames },
    { path: "labels.istio", instead: byNames },
    { path: "labels.app", instead: byNames },
    { path: "env.ISTIO_META_REQUESTED_NETWORK_VIEW", instead: byMesh },
    { path: "kind", instead: "Leave it out: Isthmus waits for a Deployment." },
  ],
};

const byExternal =
  "Write it in `values` of the clusters that run istiod themselves: an external control plane's configuration is mounted here.";

/** Values of the `istiod` chart that Isthmus owns where an external control plane gets them. */
export const valuesOfExternals: readonly OwnedValue[] = [
  { path: "global.configValidation", instead: byJoining },
  ...underPilotToo([
    { path: "volumes", instead: byExternal },
    { path: "volumeMounts", instead: byExternal },
    { path: "podAnnotations.checksum/istio-kubeconfig", instead: byJoining },
  ]),
];

const byRoots =
  "Leave it out: where the roots may become others, as `trust` says, istiod and the proxies are told to take them up.";

/** Values of the `istiod` chart that Isthmus owns where the roots of a mesh may become others. */
export const valuesOfChangingRoots: readonly OwnedValue[] = [
  { path: "meshConfig.defaultConfig.proxyMetadata.PROXY_CONFIG_XDS_AGENT", instead: byRoots },
  ...underPilotToo([{ path: "env.ISTIO_MULTIROOT_MESH", instead: byRoots }]),
];

const bySameness =
  "Write it under `sameness` instead, which says it for every istiod: Istio would take one list or the other.";

/** Values of the `istiod` chart that Isthmus owns where the mesh says which Services are one in all clusters. */
export const valuesOfSameness: readonly OwnedValue[] = [{ path: "meshConfig.serviceSettings", instead: bySameness }];

const byIssued =
  "Leave it out: where cert-manager issues the intermediates, istiod reads them from what Isthmus mounts.";

/** Values of the `istiod` chart that Isthmus owns where cert-manager issues the intermediates. */
export const valuesOfIssuedIntermediates: readonly OwnedValue[] = underPilotToo([
  { path: "env.ROOT_CA_DIR", instead: byIssued },
  { path: "volumes", instead: byIssued },
  { path: "volumeMounts", instead: byIssued },
]);

function underPilotToo(values: readonly OwnedValue[]): readonly OwnedValue[] {
  return [...values, ...values.map((value) => ({ ...value, path: `pilot.${value.path}` }))];
}
