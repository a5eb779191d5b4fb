import type { V1Deployment, V1MutatingWebhookConfiguration, V1Namespace, V1Service } from "@kubernetes/client-node";
import { asMapping, clientsOf, getIfThere, readYaml, type ClusterClient, type ReachOfClusters } from "../../access";
import { snapshotOfFound, type FoundCluster, type MeshSnapshot } from "../../diagnosis";
import { controlPlaneClustersAnnotation, networkLabel, systemNamespace } from "../../topology";
import { limited } from "../limited";
import { meshConfigMaps } from "./configuration-seen";
import { asWrittenDown, readWords, type MeshQuery } from "./gather";
import { clustersAtOnce, gatherCluster } from "./gather-cluster";
import { Parts } from "./parts";
import { SecretTokens } from "./secret-tokens";

/** What istiod takes for its cluster's name where nobody gives it one (istiod chart, CLUSTER_ID). */
const unnamedCluster = "Kubernetes";

/**
 * What the clusters of a mesh have of which no configuration is at hand, without a secret. Reads only.
 * @throws The signal's reason when it ends it.
 */
export async function gatherFound(
  reach: ReachOfClusters & Pick<MeshQuery, "onProgress"> & { readonly signal?: AbortSignal | undefined },
  now = new Date(),
): Promise<MeshSnapshot> {
  const tokens = new SecretTokens();
  const clients = clientsOf(reach);
  try {
    const found = await limited(clustersAtOnce, [...clients.values()], async (client) => {
      reach.signal?.throwIfAborted();
      const one = await foundCluster(client, tokens);
      reach.onProgress?.(readWords(client.name, one.seen));
      return one;
    });
    reach.signal?.throwIfAborted();
    return asWrittenDown(snapshotOfFound(found, now.toISOString()));
  } finally {
    for (const client of clients.values()) client.close();
  }
}

/** What one cluster has, and what it says of its place in the mesh. */
export async function foundCluster(client: ClusterClient, tokens: SecretTokens): Promise<FoundCluster> {
  const seen = await gatherCluster({ client, tokens, namespaces: [], reads: "what it is given", apiServer: undefined });
  if (seen.trouble !== undefined) return { seen, controlPlaneClusters: [], hasOtherGateways: false };
  const parts = new Parts();
  const [ownId, injectorsId, controlPlaneClusters, hasOtherGateways] = await Promise.all([
    parts.read(`Deployments of ${systemNamespace}`, idOfIstiod(client)),
    parts.read("paths of webhooks", idOfInjector(client)),
    parts.read(`annotations of ${systemNamespace}`, controlPlaneClustersOf(client)),
    parts.read("gateways of networks", otherGateways(client)),
  ]);
  const clusterId = [ownId, injectorsId].find((id) => id !== undefined && id !== unnamedCluster);
  return {
    seen: { ...seen, unread: [...seen.unread, ...parts.unread] },
    ...(clusterId === undefined ? {} : { clusterId }),
    controlPlaneClusters: controlPlaneClusters ?? [],
    // Where that is not known none is missed.
    hasOtherGateways: hasOtherGateways ?? true,
  };
}

/** Of the environment of istiod's containers nothing but this is kept. */
async function idOfIstiod(client: Pick<ClusterClient, "list">): Promise<string | undefined> {
  const path = `/apis/apps/v1/namespaces/${systemNamespace}/deployments`;
  const deployments = await client.list<V1Deployment>(path, { labelSelector: "app=istiod" });
  return deployments
    .filter(({ metadata }) => metadata?.labels?.["app"] === "istiod")
    .flatMap(({ spec }) => spec?.template.spec?.containers ?? [])
    .flatMap(({ env = [] }) => env.filter(({ name }) => name === "CLUSTER_ID"))
    .map(({ value }) => value)
    .find((value) => value !== undefined && value !== "");
}

/** An injector asks for a remote cluster at `/inject/cluster/<name>/net/<network>`. */
async function idOfInjector(client: Pick<ClusterClient, "list">): Promise<string | undefined> {
  const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
  const configurations = await client.list<V1MutatingWebhookConfiguration>(path, {
    labelSelector: "app=sidecar-injector",
  });
  return configurations
    .flatMap(({ webhooks = [] }) => webhooks)
    .map(({ clientConfig: { service, url } }) => /\/inject\/cluster\/([^/]+)/.exec(service?.path ?? url ?? "")?.[1])
    .find((id) => id !== undefined);
}

async function controlPlaneClustersOf(client: Pick<ClusterClient, "get">): Promise<readonly string[]> {
  const namespace = await getIfThere<V1Namespace>(client, `/api/v1/namespaces/${systemNamespace}`);
  const names = namespace?.metadata?.annotations?.[controlPlaneClustersAnnotation] ?? "";
  return names.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
}

/** Whether a gateway of a network stands in another namespace, or is named in the mesh's configuration (`meshNetworks`). */
async function otherGateways(client: Pick<ClusterClient, "list">): Promise<boolean> {
  const services = await client.list<V1Service>("/api/v1/services", { labelSelector: networkLabel });
  const isElsewhere = services.some(
    ({ metadata }) => metadata?.labels?.[networkLabel] !== undefined && metadata.namespace !== systemNamespace,
  );
  if (isElsewhere) return true;
  return (await meshConfigMaps(client)).some(({ data }) => {
    const read = readYaml(data["meshNetworks"] ?? "");
    const networks = asMapping("content" in read ? asMapping(read.content)?.["networks"] : undefined);
    return Object.keys(networks ?? {}).length > 0;
  });
}
