import type { V1CustomResourceDefinition } from "@kubernetes/client-node";
import {
  isOfRelease,
  issuedIntermediateName,
  isOwned,
  releaseNames,
  systemNamespace,
  systemNamespaceOrigin,
} from "../topology";
import { istioDefinitions } from "./istio-definitions";
import { isMadeByIstiod } from "./istiod-records";
import {
  certificateNameAnnotation,
  connect,
  isNotFound,
  KubernetesError,
  type ClusterClient,
  type ClusterReach,
  type Environment,
} from "../access";
import type { LeftoverScope } from "./leftovers";
import { limited } from "./limited";
import { contentsOrTrouble, type NamespacedObject } from "./namespace-contents";

/** What others have in a cluster and would lose with a mesh that is destroyed. */
export interface ForeignContents {
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** What they put into `istio-system`, which goes with it, as `secrets/web-tls`. */
  readonly systemNamespace: readonly string[];
  /** Their resources of Istio's kinds, which go with the definitions, as `virtualservices shop/web`; none when those stay. */
  readonly istioResources: readonly string[];
}

/** Clusters that are looked at at once. */
const clustersAtOnce = 8;

/** Looks for what others have in the clusters of a mesh and would lose. Changes nothing. */
export function foreignContentsOf(
  access: ReadonlyMap<string, ClusterReach>,
  scope: LeftoverScope,
  environment: Environment = process.env,
): Promise<ForeignContents[]> {
  return limited(clustersAtOnce, [...access], async ([name, reach]) => {
    const client = connect({ ...reach, name }, environment);
    try {
      return await foreignContents(client, scope);
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      return { cluster: name, systemNamespace: [`what cannot be looked at (${error.message})`], istioResources: [] };
    } finally {
      client.close();
    }
  });
}

/** The same for one cluster. What cannot be looked at is said to be there. */
export async function foreignContents(client: ClusterClient, scope: LeftoverScope): Promise<ForeignContents> {
  return {
    cluster: client.name,
    systemNamespace: (await isSystemNamespaceOurs(client))
      ? await contentsOrTrouble(client, systemNamespace, isOfMesh)
      : [],
    istioResources: scope === "istiod-and-crds" ? await foreignResources(client) : [],
  };
}

/** Only with one that Isthmus made goes what is in it. */
async function isSystemNamespaceOurs(client: ClusterClient): Promise<boolean> {
  try {
    const { metadata } = await client.get<NamespacedObject>(`/api/v1/namespaces/${systemNamespace}`);
    return systemNamespaceOrigin(metadata ?? {}) === "made";
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function foreignResources(client: ClusterClient): Promise<string[]> {
  const found = await Promise.all(
    (await istioDefinitions(client)).map(async (definition) => {
      const { plural } = definition.spec.names;
      const objects = await listOrTrouble(client, pathOf(definition));
      if (typeof objects === "string") return [`${plural} that cannot be looked at (${objects})`];
      return objects
        .filter((object) => !isOurs(object))
        .map(({ metadata }) => `${plural} ${[metadata?.namespace, metadata?.name].filter(Boolean).join("/")}`);
    }),
  );
  return found.flat().sort();
}

async function listOrTrouble(client: ClusterClient, path: string): Promise<readonly NamespacedObject[] | string> {
  try {
    return await client.list<NamespacedObject>(path);
  } catch (error) {
    if (error instanceof KubernetesError) return error.message;
    throw error;
  }
}

/** Objects are listed in any version that is served. */
function pathOf({ spec: { group, names, versions } }: V1CustomResourceDefinition): string {
  const version = versions.find(({ served, storage }) => served && storage) ?? versions.find(({ served }) => served);
  return `/apis/${group}/${version?.name ?? ""}/${names.plural}`;
}

/** What goes with the mesh in its own namespace: ours, our releases', istiod's, and what one of these is the owner of. */
function isOfMesh(resource: string, object: NamespacedObject): boolean {
  const { metadata } = object;
  return (
    isOurs(object) ||
    isMadeByIstiod(resource, metadata?.name) ||
    isReleaseRecord(resource, object) ||
    isOfIssued(resource, object) ||
    // Its owner is told, where that is another's.
    (metadata?.ownerReferences ?? []).length > 0
  );
}

function isOurs({ metadata }: NamespacedObject): boolean {
  return (
    isOwned(metadata?.labels) ||
    releaseNames.some((name) => isOfRelease(metadata?.annotations, { name, namespace: systemNamespace }))
  );
}

/** What cert-manager makes of our Certificate: the Secret with the intermediate CA, and its requests. */
function isOfIssued(resource: string, { metadata }: NamespacedObject): boolean {
  return (
    ["secrets", "certificaterequests"].includes(resource) &&
    metadata?.annotations?.[certificateNameAnnotation] === issuedIntermediateName
  );
}

/** Helm's own Secret about one of our releases. */
function isReleaseRecord(resource: string, { metadata, type }: NamespacedObject): boolean {
  return (
    resource === "secrets" &&
    type === "helm.sh/release.v1" &&
    metadata?.labels?.["owner"] === "helm" &&
    releaseNames.includes(metadata.labels["name"] ?? "")
  );
}
