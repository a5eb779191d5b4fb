/** Names that every part of Isthmus must agree on. Those that only the components need stand beside them. */

/** The namespace of the control plane and the gateways: the one of Istio's documentation. */
export const systemNamespace = "istio-system";

/** Label by which istiod finds the network of a namespace, of a gateway Service and of pods without a sidecar. */
export const networkLabel = "topology.istio.io/network";

/** Marks what Isthmus made, so that it never touches what it did not. */
export const ownedLabels = { "app.kubernetes.io/managed-by": "isthmus" } as const;

/** Whether an object's labels say that Isthmus made it. */
export function isOwned(labels: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(ownedLabels).every(([label, value]) => labels?.[label] === value);
}

/** Annotations of the system namespace that say which mesh the cluster belongs to, and under which name. */
export const identityAnnotations = {
  mesh: "isthmus.dev/mesh",
  trustDomain: "isthmus.dev/trust-domain",
  cluster: "isthmus.dev/cluster",
} as const;

/** Marks a namespace of the mesh's workloads that Isthmus made. */
export const meshNamespaceLabels = { ...ownedLabels, "app.kubernetes.io/component": "mesh-namespace" } as const;

/** Whether an object's labels say that it is a namespace of the mesh's workloads that Isthmus made. */
export function isMeshNamespace(labels: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(meshNamespaceLabels).every(([label, value]) => labels?.[label] === value);
}

/** Helm release, Deployment and Service of the east-west gateway: the name of Istio's documentation. */
export const eastWestGatewayName = "istio-eastwestgateway";

/** Service by which other clusters reach an istiod. */
export const exposedIstiodName = "istiod-exposed";

/** Account that Istio's base chart makes, and its istiod chart allows to read what another cluster's istiod needs. */
export const readerServiceAccount = "istio-reader-service-account";

/** Secret with the token of a service account by which others reach a cluster. It is ours, so that it can be replaced. */
export function tokenSecretOf(serviceAccount: string): string {
  return `${serviceAccount}-isthmus`;
}
