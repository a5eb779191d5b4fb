import type { V1APIGroupList, V1APIResource, V1APIResourceList, V1ObjectMeta } from "@kubernetes/client-node";
import { isOfEveryNamespace } from "./istiod-records";
import { KubernetesError, type ClusterClient } from "../access";
import { limited } from "./limited";

/** What comes and goes by itself: records of what happened, and what follows from Services. */
const derived = ["events", "endpoints", "endpointslices"];

/** An object that lies in a namespace, as far as it matters here. */
export interface NamespacedObject {
  readonly metadata?: V1ObjectMeta;
  readonly type?: string;
}

/** Kinds that one API server is asked about at once. */
const requestsAtOnce = 8;

/**
 * What a namespace holds that Kubernetes and istiod did not put there by themselves, as `pods/web`. Every kind that the
 * cluster knows is looked at, custom ones too: what is deleted with a namespace cannot be had back.
 * @param isPassedOver Whether an object is left out beside. Default: none is.
 * @throws KubernetesError when a kind cannot be listed: then nothing is known.
 */
export async function contentsOf(
  client: ClusterClient,
  namespace: string,
  isPassedOver: (resource: string, object: NamespacedObject) => boolean = () => false,
): Promise<string[]> {
  const collections = await namespacedCollections(client);
  const found = await limited(requestsAtOnce, collections, async ({ path, resource }) => {
    const objects = await client.list<NamespacedObject>(`${path}/namespaces/${namespace}/${resource}`);
    return objects
      .filter((object) => !isDefault(resource, object) && !isPassedOver(resource, object))
      .map(({ metadata }) => `${resource}/${metadata?.name ?? ""}`);
  });
  // A kind may be served by several groups.
  return [...new Set(found.flat())].sort();
}

/** The same for who goes on without knowing: what cannot be looked at may hold anything. */
export async function contentsOrTrouble(...args: Parameters<typeof contentsOf>): Promise<string[]> {
  try {
    return await contentsOf(...args);
  } catch (error) {
    if (error instanceof KubernetesError) return [`what cannot be looked at (${error.message})`];
    throw error;
  }
}

interface Collection {
  /** Of the group and version: `/api/v1`. */
  readonly path: string;
  readonly resource: string;
}

async function namespacedCollections(client: ClusterClient): Promise<Collection[]> {
  const { groups } = await client.get<V1APIGroupList>("/apis");
  const paths = [
    "/api/v1",
    ...groups.flatMap(({ preferredVersion, versions }) => groupPath(preferredVersion ?? versions[0])),
  ];
  const found = await Promise.all(
    paths.map(async (path) => {
      const { resources } = await client.get<V1APIResourceList>(path);
      return resources.filter(isStored).map(({ name }) => ({ path, resource: name }));
    }),
  );
  return found.flat();
}

function groupPath(version: { readonly groupVersion: string } | undefined): string[] {
  return version === undefined ? [] : [`/apis/${version.groupVersion}`];
}

/** Whether objects of a kind lie in namespaces and can be removed: others are questions, or views of something else. */
function isStored({ name, namespaced, verbs }: V1APIResource): boolean {
  return (
    namespaced &&
    !name.includes("/") &&
    ["list", "delete"].every((verb) => verbs.includes(verb)) &&
    !derived.includes(name)
  );
}

/** What Kubernetes and istiod make in every namespace. */
function isDefault(resource: string, { metadata, type }: NamespacedObject): boolean {
  const name = metadata?.name ?? "";
  switch (resource) {
    case "serviceaccounts":
      return name === "default";
    case "configmaps":
      return name === "kube-root-ca.crt" || isOfEveryNamespace(metadata ?? {});
    case "secrets":
      return type === "kubernetes.io/service-account-token";
    default:
      return false;
  }
}
