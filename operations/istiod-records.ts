/** What istiod itself writes beside the objects of its charts. Pure. */

import type { V1ObjectMeta } from "@kubernetes/client-node";
import { revocationsConfigMap, rootConfigMap } from "../topology";

/** Label of what istiod writes into every namespace (istio pilot, namespacecontroller). */
export const istiodConfigSelector = { labelSelector: "istio.io/config=true" };

/** ConfigMaps that it writes into every namespace: the mesh's root, and the certificates that were revoked. */
const ofEveryNamespace = [rootConfigMap, revocationsConfigMap];

/** Locks by which istiods elect a leader, in their own namespace (istio pilot, leaderelection). */
const elections = [
  "istio-analyze-leader",
  "istio-gateway-deployment",
  "istio-gateway-deployment-leader",
  "istio-gateway-inferencepool",
  "istio-gateway-leader",
  "istio-gateway-status-leader",
  "istio-ip-autoallocate",
  "istio-leader",
  "istio-namespace-controller-election",
  "istio-node-untaint",
  "istio-serviceexport-controller-election",
  "istio-status-leader",
  "istio-validation-controller-election",
];

/** Secret in which an istiod that was given no intermediate keeps a root of its own. */
const selfSignedSecret = "istio-ca-secret";

/** Whether a ConfigMap is one that istiod writes into every namespace: by its name and its label, never by one alone. */
export function isOfEveryNamespace({ name, labels }: Pick<V1ObjectMeta, "name" | "labels">): boolean {
  return ofEveryNamespace.includes(name ?? "") && labels?.["istio.io/config"] === "true";
}

/**
 * Whether an object of istiod's own namespace is one that it makes there by itself.
 * @param resource `configmaps`
 */
export function isMadeByIstiod(resource: string, name = ""): boolean {
  switch (resource) {
    case "configmaps":
      return elections.includes(name);
    case "leases":
      // The locks of one revision end with its name.
      return elections.some((election) => name === election || name.startsWith(`${election}-`));
    case "secrets":
      return name === selfSignedSecret;
    default:
      return false;
  }
}
