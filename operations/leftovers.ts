import type { V1ConfigMap, V1CustomResourceDefinition, V1Deployment, V1Namespace } from "@kubernetes/client-node";
import { meshNamespaceLabels, systemNamespace } from "../topology";
import { connect, KubernetesError, untilGone, type ClusterClient } from "./kubernetes";
import { contentsOf } from "./namespace-contents";

/** What istiod writes into every namespace, beside what its charts make (istio pilot, namespacecontroller). */
const configMapSelector = { labelSelector: "istio.io/config=true" };

/** The Helm release that Istio's CRDs came with, which keeps them when it is removed. */
const baseRelease = { name: "istio-base", namespace: systemNamespace };

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
}

/** Which leftovers go: what istiod itself left, or Istio's custom resource definitions with all their objects too. */
export type LeftoverScope = "istiod" | "istiod-and-crds";

/** Removes what a destroyed mesh leaves in its clusters. Where another istiod still runs, nothing is touched. */
export function removeMeshLeftovers(
  access: ReadonlyMap<string, { readonly kubeconfig: string }>,
  scope: LeftoverScope,
): Promise<RemovedLeftovers[]> {
  return Promise.all(
    [...access].map(async ([name, { kubeconfig }]) => removeFromCluster(await connect(name, kubeconfig), scope)),
  );
}

/** The same for one cluster. */
export async function removeFromCluster(client: ClusterClient, scope: LeftoverScope): Promise<RemovedLeftovers> {
  const istiods = await client.list<V1Deployment>("/apis/apps/v1/deployments", { labelSelector: "app=istiod" });
  if (istiods.length > 0) {
    const found = istiods[0]?.metadata;
    return {
      cluster: client.name,
      configMaps: [],
      customResourceDefinitions: [],
      namespaces: [],
      keptNamespaces: {},
      kept: `another istiod runs there: ${found?.namespace ?? ""}/${found?.name ?? ""}`,
    };
  }

  const configMaps = await client.list<V1ConfigMap>("/api/v1/configmaps", configMapSelector);
  const removed = configMaps.map(({ metadata }) => ({ namespace: metadata?.namespace, name: metadata?.name }));
  await Promise.all(
    removed.map(({ namespace, name }) => client.remove(`/api/v1/namespaces/${namespace}/configmaps/${name}`)),
  );
  return {
    cluster: client.name,
    configMaps: removed.map(({ namespace, name }) => `${namespace}/${name}`),
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
  const made = await client.list<V1Namespace>(path, { labelSelector });
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

/** What cannot be looked at may hold anything. */
async function contentsOrTrouble(client: ClusterClient, namespace: string): Promise<string[]> {
  try {
    return await contentsOf(client, namespace);
  } catch (error) {
    if (error instanceof KubernetesError) return [`what cannot be looked at (${error.message})`];
    throw error;
  }
}

async function removeDefinitions(client: ClusterClient): Promise<string[]> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const definitions = await client.list<V1CustomResourceDefinition>(path);
  const ours = definitions.filter(isOfBaseRelease).map((definition) => definition.metadata?.name ?? "");
  await Promise.all(ours.map((name) => client.remove(`${path}/${name}`)));
  await Promise.all(ours.map((name) => untilGone(client, `${path}/${name}`)));
  return ours;
}

function isOfBaseRelease({ metadata, spec }: V1CustomResourceDefinition): boolean {
  const annotations = metadata?.annotations ?? {};
  return (
    spec.group.endsWith(".istio.io") &&
    annotations["meta.helm.sh/release-name"] === baseRelease.name &&
    annotations["meta.helm.sh/release-namespace"] === baseRelease.namespace
  );
}
