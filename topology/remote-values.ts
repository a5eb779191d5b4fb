/**
 * Values of the `istiod` chart that do something in a cluster which another one's istiod serves: there the chart makes no
 * istiod but webhooks, a Service and permissions. Everything else goes nowhere, and Helm says nothing. Names are those of
 * Istio's charts 1.30 and 1.31; a test renders the charts to find them.
 */
export const valuesOfRemotes: readonly string[] = [
  "base.validationCABundle",
  "base.validationFailurePolicy",
  "base.validationURL",
  "env.ENABLE_CLUSTER_TRUST_BUNDLE_API",
  "env.EXTERNAL_CA",
  "env.MCS_API_GROUP",
  "experimental.stableValidationPolicy",
  "global.configValidation",
  "global.imagePullSecrets",
  "global.ipFamilies",
  "global.ipFamilyPolicy",
  "global.istiod.enableAnalysis",
  "global.networkPolicy.enabled",
  "global.pilotCertProvider",
  "ownerName",
  "serviceAccountAnnotations",
  "sidecarInjectorWebhook.enableNamespacesByDefault",
  "sidecarInjectorWebhook.reinvocationPolicy",
  "sidecarInjectorWebhookAnnotations",
  "taint.enabled",
];

/** The same of an external control plane's configuration cluster, which holds the mesh's configuration beside. */
export const valuesOfConfigurationClusters: readonly string[] = [
  "global.proxy.tracer",
  "global.proxy.variant",
  "global.variant",
  "meshConfig.defaultProviders",
  "meshConfig.enablePrometheusMerge",
];

/** Values that choose among the charts' own files: what follows from them is theirs to say. */
export const valuesOfProfiles: readonly string[] = [
  "compatibilityVersion",
  "gatewayClasses",
  "global.platform",
  "platform",
];
