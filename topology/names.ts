/** Names that every part of Isthmus must agree on. Those that only the components need stand beside them. */

import { firstReaderToken } from "./schema/reader-tokens";

/** The namespace of the control plane and the gateways: the one of Istio's documentation. */
export const systemNamespace = "istio-system";

/** Name of the PeerAuthentication of a mesh or a namespace, as Istio's documentation has it: one name, for only one may count. */
export const peerAuthenticationName = "default";

/** Name of the Sidecar of a namespace, as Istio's documentation has it: one name, for only one may count. */
export const sidecarName = "default";

/** Name of the ProxyConfig that says whether a namespace's sidecars answer DNS. Istio's documentation has none for all. */
export const dnsCaptureName = "dns-capture";

/** Proxy metadata by which a sidecar answers DNS where it is `true` (istio.io, "DNS Proxying"). */
export const dnsCaptureMetadata = "ISTIO_META_DNS_CAPTURE";

/** The entries of machines outside Kubernetes, as paths of the API server and its authorisation name them. */
export const workloadEntries = { group: "networking.istio.io", version: "v1", collection: "workloadentries" } as const;

/** Path of one of them. Pure. */
export function workloadEntryPath({ name, namespace }: { readonly name: string; readonly namespace: string }): string {
  const { collection, group, version } = workloadEntries;
  return `/apis/${group}/${version}/namespaces/${namespace}/${collection}/${name}`;
}

/** Label by which istiod finds the network of a namespace, of a gateway Service and of pods without a sidecar. */
export const networkLabel = "topology.istio.io/network";

/** Label by which istiod tells the endpoints of clusters apart, and those of gateways; it gives it to every one by itself. */
export const clusterLabel = "topology.istio.io/cluster";

/** Label of nodes with the region that they are in (Kubernetes, well-known labels). */
export const regionLabel = "topology.kubernetes.io/region";

/** Label of nodes with the zone of their region (Kubernetes, well-known labels). */
export const zoneLabel = "topology.kubernetes.io/zone";

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

/** What an object says of itself, as far as it shows whose it is. */
interface Marks {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/**
 * Whose a system namespace is: `made` by Isthmus, `adopted` where somebody else had made it and a mesh stands in it, or
 * `foreign`. One that is adopted bears the mesh's annotations and not our label, so that nothing takes it for ours to delete.
 */
export function systemNamespaceOrigin({ annotations, labels }: Marks): "made" | "adopted" | "foreign" {
  if (isOwned(labels)) return "made";
  return annotations?.[identityAnnotations.mesh] === undefined ? "foreign" : "adopted";
}

/** Marks a namespace of the mesh's workloads that Isthmus made. */
export const meshNamespaceLabels = { ...ownedLabels, "app.kubernetes.io/component": "mesh-namespace" } as const;

/** Whether an object's labels say that it is a namespace of the mesh's workloads that Isthmus made. */
export function isMeshNamespace(labels: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(meshNamespaceLabels).every(([label, value]) => labels?.[label] === value);
}

/** Helm release, Deployment and Service of the east-west gateway: the name of Istio's documentation. */
export const eastWestGatewayName = "istio-eastwestgateway";

/** Port at which an east-west gateway takes the traffic of other networks, in mutual TLS (istio.io, expose-services). */
export const crossNetworkPort = 15443;

/** Label that tells istiod another port of a gateway than 15443 (istio.io, networking.istio.io/gatewayPort). */
export const gatewayPortLabel = "networking.istio.io/gatewayPort";

/** Annotation by which a namespace names the clusters whose istiod may serve it from elsewhere (istio.io, primary-remote). */
export const controlPlaneClustersAnnotation = "topology.istio.io/controlPlaneClusters";

/** Container of istiod in its pods (istiod chart, deployment). */
export const istiodContainer = "discovery";

/** Service by which other clusters reach an istiod. */
export const exposedIstiodName = "istiod-exposed";

/** ConfigMap in which istiod publishes the roots that its workloads trust, in every namespace. */
export const rootConfigMap = "istio-ca-root-cert";

/** ConfigMap in which istiod publishes revocation lists, in every namespace; empty where it was given none. */
export const revocationsConfigMap = "istio-ca-crl";

/** The file with revocation lists in that ConfigMap, and in the Secret by which istiod is given them. */
export const revocationsFileName = "ca-crl.pem";

/** Secret from which istiod takes its intermediate CA (istio.io, "Plug in CA Certificates"). */
export const intermediateCaSecret = "cacerts";

/**
 * The Certificate by which cert-manager issues the intermediate CA of an istiod, and the Secret that it keeps it in. Not
 * `cacerts`: a mesh that comes from another source or goes to one has both for a moment, and neither overwrites the other.
 */
export const issuedIntermediateName = "isthmus-intermediate-ca";

/**
 * Secret with the roots for an istiod whose intermediate cert-manager issues. What an issuer writes beside a certificate is
 * never taken for a root: with its next certificate it may write another one, and the former would be trusted no more. It
 * holds nothing secret; unlike a ConfigMap it is updated in place by the providers of every mesh.
 */
export const trustedRootsSecret = { name: "isthmus-root-ca", key: "root-cert.pem" } as const;

/** Namespace of a cert-manager that the mesh installs: that of cert-manager's documentation. */
export const certManagerNamespace = "cert-manager";

/** Label by which istiod finds the kubeconfigs of the clusters that it reads. */
export const remoteSecretLabel = "istio/multiCluster";

/** Account that Istio's base chart makes, and its istiod chart allows to read what another cluster's istiod needs. */
export const readerServiceAccount = "istio-reader-service-account";

/** Account that istiod runs by (istio, chart istio-discovery, serviceaccount.yaml). */
export const istiodAccount = "istiod";

/**
 * Secret with a token of a service account by which others reach a cluster. It is ours, so that it can be replaced.
 * @param token What the mesh's file calls it. Default: the token that an account has when nothing is said.
 */
export function tokenSecretOf(serviceAccount: string, token: string = firstReaderToken): string {
  const name = `${serviceAccount}-isthmus`;
  return token === firstReaderToken ? name : `${name}-${token}`;
}

/** What the mesh's file calls the token in a Secret, by the Secret's name: the other way round of {@link tokenSecretOf}. */
export function tokenCalled(secret: string, serviceAccount: string): string | undefined {
  const name = tokenSecretOf(serviceAccount);
  if (secret === name) return firstReaderToken;
  return secret.startsWith(`${name}-`) ? secret.slice(name.length + 1) : undefined;
}

/** Type of a Secret that Kubernetes fills with a token of a service account. */
export const tokenSecretType = "kubernetes.io/service-account-token";

/** One Secret holds the kubeconfigs of all clusters that a control plane reads: objects grow with N, not with N(N-1). */
export const remoteSecretName = "istio-remote-clusters";

/** Secret from which an external istiod takes the kubeconfig of its configuration cluster (istiod chart, deployment). */
export const configKubeconfigSecret = { name: "istio-kubeconfig", key: "config" } as const;
