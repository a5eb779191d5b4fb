/** What Kubernetes, Istio and other controllers write into objects that were applied. Pure. */

import {
  core,
  isOfKinds,
  rbac,
  webhookConfigurations,
  workloads,
  type Kinds,
  type KubernetesObject,
} from "./object-kind";
import { matches, type Path, type Pattern } from "./path";

/** What a rule goes by, beside the place. */
export interface Surroundings {
  readonly expected: KubernetesObject;
  readonly live: KubernetesObject;
  /** Whether a HorizontalPodAutoscaler of the namespace sets the object's replicas. */
  readonly isScaled: boolean;
}

/** One row of {@link ignoredRules}: a place at which what stands may differ from what was applied. */
export interface IgnoredRule {
  /** Stable: docs/drift.md lists the rules by it. */
  readonly id: string;
  /** Objects that it is about; undefined for all. */
  readonly of?: Kinds;
  /** The places. */
  readonly path: Pattern;
  /** `extra`: only what nobody applied is ignored there. Default: whatever stands there. */
  readonly only?: "extra";
  /** Whether it holds for an object, and what was applied at the place; undefined where it always does. */
  readonly when?: (surroundings: Surroundings, applied: unknown) => boolean;
  /** Who writes there, and why that is no drift. */
  readonly reason: string;
  /** Where that can be read. */
  readonly source: string;
}

/**
 * What is no drift. Whatever else stands in an object without having been applied is none either, unless a guarded field
 * says so: these rules are about places that were applied and are rewritten, and about guarded ones.
 */
export const ignoredRules: readonly IgnoredRule[] = [
  {
    id: "status",
    path: ["status", "**"],
    reason: "Controllers report there what is, not what was asked for.",
    source: "Kubernetes API conventions, spec and status",
  },
  {
    id: "server-metadata",
    path: [
      "metadata",
      /^(creationTimestamp|deletionGracePeriodSeconds|deletionTimestamp|generation|managedFields|resourceVersion|selfLink|uid)$/,
      "**",
    ],
    reason: "The API server counts and dates objects itself.",
    source: "Kubernetes API conventions, metadata",
  },
  {
    id: "pulumi-annotations",
    path: ["metadata", "annotations", /^pulumi\.com\//],
    reason: "Directions to Pulumi's provider, which mean nothing to the cluster.",
    source: "pulumi-kubernetes, provider/pkg/metadata",
  },
  {
    id: "ca-bundle",
    of: webhookConfigurations,
    path: ["webhooks", "[]", "clientConfig", "caBundle"],
    reason: "istiod writes its root certificate there, and writes it again when that changes.",
    source: "istio, pkg/webhooks/webhookpatch.go and pkg/webhooks/validation/controller",
  },
  {
    id: "failure-policy",
    of: { group: "admissionregistration.k8s.io", kinds: ["ValidatingWebhookConfiguration"] },
    path: ["webhooks", "[]", "failurePolicy"],
    reason: "The chart says Ignore; istiod makes it Fail once it answers, so that nothing is refused before.",
    source: "istio, pkg/webhooks/validation/controller",
  },
  {
    id: "crd-ca-bundle",
    of: { group: "apiextensions.k8s.io" },
    path: ["spec", "conversion", "webhook", "clientConfig", "caBundle"],
    reason: "Whoever serves the conversion writes its root certificate there.",
    source: "Kubernetes, CustomResourceDefinition versioning",
  },
  {
    id: "scaled-replicas",
    of: workloads,
    path: ["spec", "replicas"],
    when: ({ isScaled }) => isScaled,
    reason: "A HorizontalPodAutoscaler sets them.",
    source: "Kubernetes, horizontal pod autoscaling",
  },
  {
    id: "aggregated-rules",
    of: rbac("ClusterRole"),
    path: ["rules", "**"],
    when: ({ expected }) => expected["aggregationRule"] !== undefined,
    reason: "The controller of aggregated roles fills them in.",
    source: "Kubernetes, RBAC, aggregated ClusterRoles",
  },
  {
    id: "token-data",
    of: core("Secret"),
    path: ["data", "**"],
    when: ({ expected }) => expected["type"] === "kubernetes.io/service-account-token",
    reason: "The token controller fills in the token and the cluster's CA.",
    source: "Kubernetes, service account token Secrets",
  },
  {
    id: "account-secrets",
    of: core("ServiceAccount"),
    path: [/^(secrets|imagePullSecrets)$/, "[]"],
    only: "extra",
    reason: "Token controllers of older Kubernetes, and clouds for their registries, add theirs.",
    source: "Kubernetes, ServiceAccount, secrets and imagePullSecrets",
  },
  {
    id: "cluster-ip",
    of: core("Service"),
    path: ["spec", /^clusterIPs?$/],
    when: (_surroundings, applied) => isEmpty(applied),
    reason: "The API server allocates it where none was asked for.",
    source: "Kubernetes, Service, clusterIP allocation",
  },
  {
    id: "pull-policy",
    of: workloads,
    path: ["spec", "template", "spec", /^(initContainers|containers)$/, "[]", "imagePullPolicy"],
    when: (_surroundings, applied) => isEmpty(applied),
    reason: "An empty one is filled in, by the tag of the image.",
    source: "Kubernetes, default image pull policy",
  },
  {
    id: "namespace-finalizers",
    of: core("Namespace"),
    path: ["spec", "finalizers", "**"],
    reason: "The API server adds its own, and takes it away when the namespace goes.",
    source: "Kubernetes, Namespace, finalization",
  },
];

/**
 * The rule by which what stands at a place does not count; undefined where it counts.
 * @param applied What was applied there; undefined for nothing.
 */
export function ignoredBy(surroundings: Surroundings, path: Path, applied: unknown): IgnoredRule | undefined {
  return ignoredRules.find(
    ({ of, only, path: places, when }) =>
      matches(places, path) &&
      (of === undefined || isOfKinds(surroundings.expected, of)) &&
      (only === undefined || applied === undefined) &&
      (when?.(surroundings, applied) ?? true),
  );
}

function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}
