import type { V1ConfigMap, V1Namespace } from "@kubernetes/client-node";
import { isMeshNamespace, meshNamespaceLabels, systemNamespace } from "../topology";
import { istioDefinitions, definitionsPath } from "./istio-definitions";
import { isMadeByIstiod, isOfEveryNamespace, istiodConfigSelector } from "./istiod-records";
import {
  connect,
  KubernetesError,
  untilGone,
  type ClusterClient,
  type ClusterReach,
  type Environment,
} from "../access";
import { limited } from "./limited";
import { contentsOrTrouble } from "./namespace-contents";
import { standingMesh } from "./standing-mesh";

/** What was removed from one cluster. */
export interface RemovedLeftovers {
  readonly cluster: string;
  /** `namespace/name` of each ConfigMap. */
  readonly configMaps: readonly string[];
  /** Names of the custom resource definitions. */
  readonly customResourceDefinitions: readonly string[];
  /** Namespaces of workloads that Isthmus had made and that were empty. */
  readonly namespaces: readonly string[];
  /** Those that were not, and what they hold: `pods/web`. */
  readonly keptNamespaces: Readonly<Record<string, readonly string[]>>;
  /** Why nothing was removed; undefined when it was. */
  readonly kept?: string;
  /** What the cluster refused or did not answer, so that some of it may be there still; undefined when all went well. */
  readonly trouble?: string;
}

/** Which leftovers go: what istiod itself left, or Istio's custom resource definitions with all their objects too. */
export type LeftoverScope = "istiod" | "istiod-and-crds";

/** Clusters that are worked on at once. */
const clustersAtOnce = 8;

/** Removes what a destroyed mesh leaves in its clusters. Where a mesh still stands, nothing is touched. */
export function removeMeshLeftovers(
  access: ReadonlyMap<string, ClusterReach>,
  scope: LeftoverScope,
  environment: Environment = process.env,
): Promise<RemovedLeftovers[]> {
  return limited(clustersAtOnce, [...access], async ([name, reach]) => {
    const client = connect({ ...reach, name }, environment);
    try {
      return await removeFromCluster(client, scope);
    } finally {
      client.close();
    }
  });
}

/** The same for one cluster. What it refuses, or does not answer, is told and ends nothing else. */
export async function removeFromCluster(client: ClusterClient, scope: LeftoverScope): Promise<RemovedLeftovers> {
  try {
    return await removed(client, scope);
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return { ...nothingRemoved(client), trouble: error.message };
  }
}

function nothingRemoved({ name }: ClusterClient): RemovedLeftovers {
  return { cluster: name, configMaps: [], customResourceDefinitions: [], namespaces: [], keptNamespaces: {} };
}

async function removed(client: ClusterClient, scope: LeftoverScope): Promise<RemovedLeftovers> {
  const kept = await standingMesh(client);
  if (kept !== undefined) return { ...nothingRemoved(client), kept };

  const [everywhere, inSystem] = await Promise.all([
    client.list<V1ConfigMap>("/api/v1/configmaps", istiodConfigSelector),
    // One that was prepared for the mesh stays, with the locks of its istiods.
    client.list<V1ConfigMap>(`/api/v1/namespaces/${systemNamespace}/configmaps`),
  ]);
  const own = [
    ...everywhere.filter(({ metadata }) => metadata !== undefined && isOfEveryNamespace(metadata)),
    ...inSystem.filter(({ metadata }) => isMadeByIstiod("configmaps", metadata?.name)),
  ];
  const listed = own.map(({ metadata }) => ({ namespace: metadata?.namespace, name: metadata?.name }));
  await Promise.all(
    listed.map(({ namespace, name }) => client.remove(`/api/v1/namespaces/${namespace}/configmaps/${name}`)),
  );
  return {
    cluster: client.name,
    configMaps: listed.map(({ namespace, name }) => `${namespace}/${name}`),
    customResourceDefinitions: scope === "istiod-and-crds" ? await removeDefinitions(client) : [],
    ...(await removeNamespaces(client)),
  };
}

/** The stack itself keeps these namespaces, whatever becomes of it: it cannot know what is in them. */
async function removeNamespaces(
  client: ClusterClient,
): Promise<Pick<RemovedLeftovers, "namespaces" | "keptNamespaces">> {
  const path = "/api/v1/namespaces";
  const labelSelector = Object.entries(meshNamespaceLabels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
  const labelled = await client.list<V1Namespace>(path, { labelSelector });
  const made = labelled.filter(({ metadata }) => isMeshNamespace(metadata?.labels));
  const contents = await Promise.all(
    made.map(async ({ metadata }) => {
      const name = metadata?.name ?? "";
      return [name, await contentsOrTrouble(client, name)] as const;
    }),
  );
  const namespaces = contents.filter(([, holds]) => holds.length === 0).map(([name]) => name);
  await Promise.all(namespaces.map((name) => client.remove(`${path}/${name}`)));
  await Promise.all(namespaces.map((name) => untilGone(client, `${path}/${name}`)));
  return { namespaces, keptNamespaces: Object.fromEntries(contents.filter(([, holds]) => holds.length > 0)) };
}

async function removeDefinitions(client: ClusterClient): Promise<string[]> {
  const names = (await istioDefinitions(client)).map(({ metadata }) => metadata?.name ?? "");
  await Promise.all(names.map((name) => client.remove(`${definitionsPath}/${name}`)));
  await Promise.all(names.map((name) => untilGone(client, `${definitionsPath}/${name}`)));
  return names;
}
