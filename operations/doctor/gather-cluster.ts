import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import { ensureAdmitted, KubernetesError, type ApiServerAccess, type ClusterClient } from "../../access";
import {
  gather,
  reduced,
  type ApiServerSeen,
  type ClusterReader,
  type ClusterSnapshot,
  type ReachTrouble,
  type Snapshot,
} from "../../diagnosis";
import { istiodAccount, readerServiceAccount, rootConfigMap, systemNamespace } from "../../topology";
import { fingerprintsInData } from "./certificates-seen";
import { localitiesSeen } from "./localities-seen";
import { meshConfigsSeen, namespacesSeen, publishedRootsSeen, webhooksSeen } from "./configuration-seen";
import { istiodsSeen } from "./istiods-seen";
import { Parts } from "./parts";
import { policiesSeen } from "./policies-seen";
import { proxyCertificatesSeen } from "./proxy-certificates-seen";
import { secretsSeen } from "./secrets-seen";
import type { SecretTokens } from "./secret-tokens";
import {
  accountRightsSeen,
  dnsSeen,
  istiodEndpointsSeen,
  networkPoliciesSeen,
  otherIstiodsSeen,
} from "./surroundings-seen";
import { podNetworksIn, podsWithoutSidecarIn, runningPods, servicesSeen } from "./workloads-seen";

/** What is asked of one cluster. */
export interface ClusterToGather {
  readonly client: ClusterClient;
  readonly tokens: SecretTokens;
  /** Names of the namespaces of the mesh's workloads. */
  readonly namespaces: readonly string[];
  /**
   * Clusters that the istiod there reads; undefined where none runs. `what it is given`: those of its kubeconfigs, where it is
   * not known whether one runs.
   */
  readonly reads: readonly string[] | "what it is given" | undefined;
  /** How the other clusters are to reach its API server; undefined where that is not known. */
  readonly apiServer: ApiServerAccess | undefined;
}

/** Clusters that are asked at the same time. */
export const clustersAtOnce = 8;

/** What one cluster has now. */
export async function gatherCluster(asked: ClusterToGather): Promise<ClusterSnapshot> {
  const { apiServer, client } = asked;
  const cluster = client.name;
  const trouble = await troubleOf(client);
  if (trouble !== undefined) return { cluster, trouble, unread: [] };

  const parts = new Parts();
  const [{ meshConfigs, namespaces, secrets, ...known }, around] = await Promise.all([
    meshPartsOf(asked, parts),
    surroundingsOf(asked, parts),
  ]);
  return withoutUndefined({
    cluster,
    apiServer: apiServer && apiServerSeen(apiServer),
    clockAheadMs: client.clockAheadMs(),
    ...secrets,
    ...namespaces,
    ...meshConfigs,
    ...known,
    ...around,
    unread: parts.unread,
  });
}

/** Parts of the mesh itself. */
async function meshPartsOf({ client, ...asked }: ClusterToGather, parts: Parts) {
  const given = parts.read(`Secrets of ${systemNamespace}`, secretsOf({ client, ...asked }));
  const [system, secrets, namespaces, webhooks, meshConfigs, publishedRoots, policies, istiods] = await Promise.all([
    parts.read(`what runs in ${systemNamespace}`, systemOf(client)),
    given,
    parts.read("namespaces", namespacesSeen(client, [systemNamespace, ...asked.namespaces])),
    parts.read("webhooks", webhooksSeen(client, asked.namespaces)),
    parts.read("ConfigMaps of istiods", meshConfigsSeen(client)),
    parts.read(`ConfigMap ${rootConfigMap}`, publishedRootsSeen(client)),
    parts.read("Istio's policies and gateways", policiesSeen(client)),
    asked.reads === undefined
      ? undefined
      : parts.read(
          "pods of istiod",
          istiodsSeen(client, asked.reads === "what it is given" ? await givenTo(given) : asked.reads, parts),
        ),
  ]);
  return { system, secrets, namespaces, webhooks, meshConfigs, publishedRoots, policies, istiods };
}

/** What stands around the mesh, and may be in its way. */
async function surroundingsOf({ client, namespaces }: ClusterToGather, parts: Parts) {
  const [dns, accountRights, networkPolicies, services, localities, workloads, otherIstiods, istiodEndpoints] =
    await Promise.all([
      parts.read("the cluster's DNS", dnsSeen(client)),
      parts.read("rights of accounts", accountRightsSeen(client, [istiodAccount, readerServiceAccount])),
      parts.read("NetworkPolicies", networkPoliciesSeen(client, [systemNamespace, ...namespaces])),
      parts.read("Services", servicesSeen(client)),
      parts.read("nodes", localitiesSeen(client)),
      workloadsOf({ client, namespaces }, parts),
      parts.read("Deployments of other istiods", otherIstiodsSeen(client)),
      parts.read("EndpointSlices", istiodEndpointsSeen(client)),
    ]);
  return { dns, accountRights, networkPolicies, services, localities, ...workloads, otherIstiods, istiodEndpoints };
}

/** What the pods of the mesh's namespaces have, and what some of their proxies and the gateways present. */
async function workloadsOf({ client, namespaces }: Pick<ClusterToGather, "client" | "namespaces">, parts: Parts) {
  const pods = await parts.read("pods", runningPods(client, [systemNamespace, ...namespaces]));
  if (pods === undefined) return undefined;
  const isOfMesh = ({ metadata }: V1Pod): boolean => namespaces.includes(metadata?.namespace ?? "");
  return {
    podsWithoutSidecar: podsWithoutSidecarIn(pods.filter(isOfMesh)),
    podNetworks: podNetworksIn(pods),
    proxyCertificates: await proxyCertificatesSeen(client, pods, parts),
  };
}

/** Names of the clusters of which kubeconfigs were read. */
async function givenTo(secrets: Promise<ReturnType<typeof secretsSeen> | undefined>): Promise<string[]> {
  return ((await secrets)?.remoteKubeconfigs ?? []).map(({ key }) => key);
}

/** In the memory of this process alone, until they are told by words. */
async function secretsOf({ client, tokens }: ClusterToGather): Promise<ReturnType<typeof secretsSeen>> {
  return secretsSeen(await client.list<V1Secret>(`/api/v1/namespaces/${systemNamespace}/secrets`), tokens);
}

async function troubleOf(client: ClusterClient): Promise<ReachTrouble | undefined> {
  try {
    await ensureAdmitted(client);
    return undefined;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const { expected, found, fix } = error.trouble ?? {
      expected: "an answer",
      found: error.reason,
      fix: "Check the kubeconfig context, the network and the credentials.",
    };
    return { expected, found, fix };
  }
}

function apiServerSeen({ certificateAuthorityData, server }: ApiServerAccess): ApiServerSeen {
  const authorities = fingerprintsInData(certificateAuthorityData);
  return { server, ...(authorities.length === 0 ? {} : { authorities }) };
}

async function systemOf(client: ClusterClient): Promise<Snapshot> {
  return reduced(await gather(readerOf(client), client.name, systemNamespace));
}

/** What is asked for are collections, and logs: one that is not to be had is none. */
function readerOf(client: ClusterClient): ClusterReader {
  return {
    json: async (path) => ({ items: await client.list(path) }),
    text: async (path) => {
      try {
        return await client.text(path);
      } catch (error) {
        if (error instanceof KubernetesError) return undefined;
        throw error;
      }
    },
  };
}

/** What is known, and no field for what is not. */
function withoutUndefined<T extends object>(fields: T): WithoutUndefined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as WithoutUndefined<T>;
}

type WithoutUndefined<T> = { readonly [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  readonly [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};
