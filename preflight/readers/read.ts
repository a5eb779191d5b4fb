import type { V1ObjectMeta, V1Secret } from "@kubernetes/client-node";
import { getIfThere, type ClusterClient } from "../../access/connection/cluster-client";
import { CommandFailed } from "../../access/connection/container-command";
import { KubernetesError } from "../../access/connection/kubernetes-error";
import { readJson } from "../../access/json";
import {
  ownedLabels,
  readerServiceAccount,
  remoteSecretName,
  systemNamespace,
  tokenCalled,
  tokenSecretType,
} from "../../topology";
import { hasHandledSince, remoteClustersOf, runningIstiods, unsynced, type RunningIstiod } from "./istiod";
import type { StandingReader, StandingToken } from "./standing";

/**
 * So long after a Secret was written every istiod knows of it, in milliseconds, also one whose connection broke just then:
 * Kubernetes' clients notice that within 45 seconds (client-go, HTTP/2 health checks) and read anew within 30 more.
 */
const certainlySeenMs = 120_000;

const secrets = `/api/v1/namespaces/${systemNamespace}/secrets`;

/** Tokens of a cluster's readers, by the tokens themselves: for the memory of this process alone. */
export type TokensByValue = ReadonlyMap<string, StandingToken>;

/** The tokens of a cluster's readers that stand there, those that the configuration does not name among them. */
export async function tokensIn(client: Pick<ClusterClient, "list">): Promise<TokensByValue> {
  const found = await client.list<V1Secret>(secrets, {
    labelSelector: Object.entries(ownedLabels)
      .map(([label, value]) => `${label}=${value}`)
      .join(","),
    fieldSelector: `type=${tokenSecretType}`,
  });
  return new Map(
    found.flatMap(({ data, metadata, type }): [string, StandingToken][] => {
      const name = tokenCalled(metadata?.name ?? "", readerServiceAccount);
      const createdAt = metadata?.creationTimestamp;
      if (type !== tokenSecretType || name === undefined || createdAt === undefined) return [];
      const value = Buffer.from(data?.["token"] ?? "", "base64").toString();
      const isFilled = value !== "";
      return [[isFilled ? value : `${name} is empty`, { name, createdAt: new Date(createdAt), isFilled }]];
    }),
  );
}

/** An istiod, and what its remote secret has. Holds tokens: for the memory of this process alone. */
export interface RemoteSecretRead {
  readonly client: Pick<ClusterClient, "exec" | "logs">;
  readonly reader: string;
  /** Tokens by the names of the clusters. */
  readonly tokens: ReadonlyMap<string, string>;
  /** When it was written last. */
  readonly writtenAt?: Date;
  readonly istiods: readonly RunningIstiod[];
}

/** Reads what the istiod of a cluster has been given. */
export async function readRemoteSecret(
  client: Pick<ClusterClient, "exec" | "get" | "list" | "logs" | "name">,
): Promise<RemoteSecretRead> {
  const [secret, istiods] = await Promise.all([
    getIfThere<V1Secret>(client, `${secrets}/${remoteSecretName}`),
    runningIstiods(client),
  ]);
  const writtenAt = lastWritten(secret?.metadata);
  const tokens = Object.entries(secret?.data ?? {}).flatMap(([cluster, kubeconfig]): [string, string][] => {
    const token = tokenIn(Buffer.from(kubeconfig, "base64").toString());
    return token === undefined ? [] : [[cluster, token]];
  });
  return {
    client,
    reader: client.name,
    tokens: new Map(tokens),
    ...(writtenAt === undefined ? {} : { writtenAt }),
    istiods,
  };
}

/** Our own kubeconfigs are JSON. */
function tokenIn(kubeconfig: string): string | undefined {
  const { users = [] } = (readJson(kubeconfig) ?? {}) as { users?: { user?: { token?: unknown } }[] };
  const token = users[0]?.user?.token;
  return typeof token === "string" ? token : undefined;
}

/** When any of its fields was written; the API server notes it by who wrote. */
function lastWritten(metadata: V1ObjectMeta | undefined): Date | undefined {
  const times = [metadata?.creationTimestamp, ...(metadata?.managedFields ?? []).map(({ time }) => time)]
    .filter((time) => time !== undefined)
    .map((time) => new Date(time).getTime());
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** How far an istiod is with what it has been given of a cluster. */
export async function readerOf(
  read: RemoteSecretRead,
  cluster: string,
  tokens: TokensByValue,
  now = new Date(),
): Promise<StandingReader> {
  const { reader } = read;
  const value = read.tokens.get(cluster);
  const given = value === undefined ? undefined : tokens.get(value)?.name;
  const lags = await Promise.all(read.istiods.map((istiod) => lagOf(read, istiod, cluster, now)));
  // Where no istiod runs, the next one begins with what stands there.
  const lag = lags.flat().join("; ");
  return { reader, ...(given === undefined ? {} : { given }), ...(lag === "" ? {} : { lag }) };
}

/**
 * Whether a pod goes by what stands in the remote secret: it has gone through it, and has then synced the cluster, or knows
 * it no more where it has been given nothing of it.
 */
async function lagOf(
  { client, tokens, writtenAt }: RemoteSecretRead,
  { pod, startedAt }: RunningIstiod,
  cluster: string,
  now: Date,
): Promise<string[]> {
  try {
    const isCertain =
      writtenAt === undefined ||
      (startedAt !== undefined && startedAt > writtenAt) ||
      now.getTime() - writtenAt.getTime() > certainlySeenMs ||
      (await hasHandledSince(client, pod, writtenAt));
    if (!isCertain) return [`${pod} has not taken it up yet`];
    const remotes = await remoteClustersOf(client, pod);
    if (!tokens.has(cluster)) {
      const isKnown = remotes.some(({ id, secretName }) => id === cluster && secretName !== undefined);
      return isKnown ? [`${pod} reads ${cluster} still`] : [];
    }
    const trouble = unsynced(remotes, [cluster]);
    return trouble === "" ? [] : [`${pod}: ${trouble}`];
  } catch (error) {
    if (!(error instanceof KubernetesError || error instanceof CommandFailed)) throw error;
    return [`${pod} did not say: ${error.message}`];
  }
}
