/** Where something that nobody applied counts all the same. Pure. */

import {
  core,
  isOfKinds,
  istioResources,
  rbac,
  webhookConfigurations,
  workloads,
  type Kinds,
  type KubernetesObject,
} from "./object-kind";
import { matches, type Path, type Pattern } from "./path";

/** One row of {@link guardedFields}. */
export interface GuardedField {
  /** Stable: docs/drift.md lists them by it. */
  readonly id: string;
  /** Objects that it is about; undefined for all. */
  readonly of?: Kinds;
  readonly path: Pattern;
  /** Why it counts. */
  readonly reason: string;
}

const pods: Pattern = ["spec", "template", "spec"];
const containers: Pattern = [...pods, /^(initContainers|containers)$/, "[]"];

/** Keys that Istio goes by: labels and annotations of its own. */
const istioKey = /(^|\.)istio\.io\/|^istio-injection$/;

/**
 * Fields that make a difference where nobody applied them. All others are the API server's defaults, or a controller's
 * business. Additional entries of a list that was applied always count.
 */
export const guardedFields: readonly GuardedField[] = [
  {
    id: "what-containers-run",
    of: workloads,
    path: [...containers, /^(args|command|env|envFrom|lifecycle|volumeMounts)$/],
    reason: "It changes what runs.",
  },
  {
    id: "more-containers",
    of: workloads,
    path: [...pods, /^(initContainers|volumes)$/],
    reason: "It changes what runs.",
  },
  {
    id: "host-access",
    of: workloads,
    path: [...pods, /^(hostIPC|hostNetwork|hostPID|hostUsers|serviceAccountName)$/],
    reason: "It gives pods rights that they were not given.",
  },
  {
    id: "container-rights",
    of: workloads,
    path: [
      ...containers,
      "securityContext",
      /^(allowPrivilegeEscalation|capabilities|privileged|procMount|runAsGroup|runAsUser)$/,
    ],
    reason: "It gives pods rights that they were not given.",
  },
  {
    id: "istio-keys-of-pods",
    of: workloads,
    path: ["spec", "template", "metadata", /^(annotations|labels)$/, istioKey],
    reason: "Istio goes by it: injection, networks, revisions.",
  },
  {
    id: "istio-keys",
    of: core("Namespace", "Service"),
    path: ["metadata", /^(annotations|labels)$/, istioKey],
    reason: "Istio goes by it: injection, networks, revisions.",
  },
  {
    id: "roles",
    of: rbac("Role", "ClusterRole"),
    path: [/^(aggregationRule|rules)$/],
    reason: "It changes who may do what.",
  },
  {
    id: "role-rules",
    of: rbac("Role", "ClusterRole"),
    path: ["rules", "[]", "*"],
    reason: "It changes who may do what.",
  },
  {
    id: "role-subjects",
    of: rbac("RoleBinding", "ClusterRoleBinding"),
    path: ["subjects"],
    reason: "It changes who may do what.",
  },
  {
    id: "service-reach",
    of: core("Service"),
    path: ["spec", /^(externalIPs|externalName|loadBalancerSourceRanges|ports)$/],
    reason: "It changes who is reached.",
  },
  {
    id: "service-selector",
    of: core("Service"),
    path: ["spec", "selector", "*"],
    reason: "It changes which pods are reached.",
  },
  {
    id: "secret-data",
    of: core("Secret"),
    path: ["data", "*"],
    reason: "istiod takes every key of a remote secret for a cluster, and reads cacerts by its keys.",
  },
  {
    id: "configuration-data",
    of: core("ConfigMap"),
    path: [/^(binaryData|data)$/, "*"],
    reason: "istiod and gateways read it.",
  },
  {
    id: "webhooks",
    of: webhookConfigurations,
    path: ["webhooks"],
    reason: "It changes what is asked of whom.",
  },
  {
    id: "webhook-selectors",
    of: webhookConfigurations,
    path: ["webhooks", "[]", /^(namespaceSelector|objectSelector)$/, /^(matchExpressions|matchLabels)$/],
    reason: "It changes which pods are injected, and which resources are validated.",
  },
  {
    id: "webhook-conditions",
    of: webhookConfigurations,
    path: ["webhooks", "[]", "matchConditions"],
    reason: "It changes which pods are injected, and which resources are validated.",
  },
  {
    id: "istio-resources",
    of: istioResources,
    path: ["spec", "**"],
    reason: "Istio's resources have no defaults: every field is somebody's decision.",
  },
];

/** The row by which something counts that nobody applied; undefined where it does not. */
export function guardedBy(object: KubernetesObject, path: Path): GuardedField | undefined {
  return guardedFields.find((row) => matches(row.path, path) && (row.of === undefined || isOfKinds(object, row.of)));
}
