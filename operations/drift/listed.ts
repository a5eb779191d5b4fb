import { ownedLabels, systemNamespace } from "../../topology";
import { isNotFound, type ClusterClient } from "../../access";
import { objectKey, referenceTo, type ObjectReference } from "./object-reference";
import type { ListedObject } from "./strays";

/** Kinds of which Isthmus makes objects by itself. */
const ownedKinds = [
  { apiVersion: "v1", kind: "Namespace", path: "/api/v1/namespaces" },
  { apiVersion: "v1", kind: "Secret", path: "/api/v1/secrets" },
  { apiVersion: "v1", kind: "Service", path: "/api/v1/services" },
  { apiVersion: "networking.istio.io/v1", kind: "Gateway", path: "/apis/networking.istio.io/v1/gateways" },
  { apiVersion: "networking.istio.io/v1", kind: "ServiceEntry", path: "/apis/networking.istio.io/v1/serviceentries" },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    path: "/apis/networking.istio.io/v1/destinationrules",
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    path: "/apis/networking.istio.io/v1/virtualservices",
  },
  { apiVersion: "networking.istio.io/v1", kind: "Sidecar", path: "/apis/networking.istio.io/v1/sidecars" },
  {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ProxyConfig",
    path: "/apis/networking.istio.io/v1beta1/proxyconfigs",
  },
  {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    path: "/apis/security.istio.io/v1/peerauthentications",
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadEntry",
    path: "/apis/networking.istio.io/v1/workloadentries",
  },
  { apiVersion: "cert-manager.io/v1", kind: "Certificate", path: "/apis/cert-manager.io/v1/certificates" },
] as const;

/** What is marked as ours in a cluster, and the Secrets beside istiod, by which it may go. */
export async function listOwned(client: ClusterClient): Promise<ListedObject[]> {
  const labelSelector = Object.entries(ownedLabels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
  const ours = await Promise.all(
    ownedKinds.map(async ({ apiVersion, kind, path }) => {
      const objects = await listOrNone<ListedObject>(client, path, { labelSelector });
      return objects.map((object) => ({ ...object, apiVersion, kind }));
    }),
  );
  const secrets = await client.list<ListedObject>(`/api/v1/namespaces/${systemNamespace}/secrets`, {
    // Helm's records are large, and none of ours.
    fieldSelector: "type!=helm.sh/release.v1",
  });
  const all = [...ours.flat(), ...secrets.map((secret) => ({ ...secret, apiVersion: "v1", kind: "Secret" }))];
  return [...new Map(all.map((object) => [objectKey(referenceTo(object)), object])).values()];
}

/** Keys of the workloads whose replicas a HorizontalPodAutoscaler of the namespace sets. */
export async function listScaled(client: ClusterClient, namespace: string): Promise<string[]> {
  const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  const scalers = await listOrNone<{ readonly spec: { readonly scaleTargetRef: ObjectReference } }>(client, path);
  return scalers.map(({ spec: { scaleTargetRef } }) => objectKey({ ...scaleTargetRef, namespace }));
}

/** A cluster that does not know a kind has no objects of it. */
async function listOrNone<T>(
  client: ClusterClient,
  path: string,
  query?: Readonly<Record<string, string>>,
): Promise<readonly T[]> {
  try {
    return await client.list<T>(path, query);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
