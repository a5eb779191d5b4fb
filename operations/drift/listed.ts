import { collectionPath, meshKinds, ownedLabels, systemNamespace } from "../../topology";
import { isNotFound, type ClusterClient } from "../../access";
import { objectKey, referenceTo, type ObjectReference } from "./object-reference";
import type { ListedObject } from "./strays";

/** What is marked as ours in a cluster, and the Secrets beside istiod, by which it may go. */
export async function listOwned(client: ClusterClient): Promise<ListedObject[]> {
  const labelSelector = Object.entries(ownedLabels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
  const ours = await Promise.all(
    meshKinds.map(async (meshKind) => {
      const { apiVersion, kind } = meshKind;
      const objects = await listOrNone<ListedObject>(client, collectionPath(meshKind), { labelSelector });
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
