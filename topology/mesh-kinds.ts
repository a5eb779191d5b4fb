/** A kind of Kubernetes object that a mesh is made of. */
export interface MeshKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** What the API server calls the collection of its objects. */
  readonly collection: string;
  /**
   * In which namespaces a mesh has objects of it: in none, for it is a cluster's own; in the system namespace alone; or in
   * those of its workloads too.
   */
  readonly scope: "cluster" | "system-namespace" | "namespaces";
}

/** The kinds that a mesh is made of, beside its Helm releases. */
export const meshKinds = [
  { apiVersion: "v1", kind: "Namespace", collection: "namespaces", scope: "cluster" },
  { apiVersion: "v1", kind: "Secret", collection: "secrets", scope: "system-namespace" },
  { apiVersion: "v1", kind: "Service", collection: "services", scope: "system-namespace" },
  { apiVersion: "networking.istio.io/v1", kind: "Gateway", collection: "gateways", scope: "system-namespace" },
  { apiVersion: "cert-manager.io/v1", kind: "Certificate", collection: "certificates", scope: "system-namespace" },
  {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    collection: "peerauthentications",
    scope: "namespaces",
  },
  { apiVersion: "networking.istio.io/v1", kind: "WorkloadEntry", collection: "workloadentries", scope: "namespaces" },
  { apiVersion: "networking.istio.io/v1", kind: "ServiceEntry", collection: "serviceentries", scope: "namespaces" },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    collection: "destinationrules",
    scope: "namespaces",
  },
  { apiVersion: "networking.istio.io/v1", kind: "VirtualService", collection: "virtualservices", scope: "namespaces" },
  { apiVersion: "networking.istio.io/v1", kind: "Sidecar", collection: "sidecars", scope: "namespaces" },
  { apiVersion: "networking.istio.io/v1beta1", kind: "ProxyConfig", collection: "proxyconfigs", scope: "namespaces" },
] as const satisfies readonly MeshKind[];

/**
 * Path of a collection at the API server. Pure.
 * @param namespace Default: the collection of all namespaces, or of the cluster.
 */
export function collectionPath(
  { apiVersion, collection }: Pick<MeshKind, "apiVersion" | "collection">,
  namespace?: string,
): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${collection}`;
}
