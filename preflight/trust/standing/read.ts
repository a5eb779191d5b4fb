import type { X509Certificate } from "node:crypto";
import { isNotFound, type ClusterClient } from "../../../access/connection/cluster-client";
import {
  istiodContainer,
  revocationsConfigMap,
  revocationsFileName,
  rootConfigMap,
  systemNamespace,
} from "../../../topology";
import { certificatesIn } from "../../../trust";
import type { Authority, ClusterTrust, PublishedCopy } from "./cluster-trust";
import { signingSecret } from "./signing-secret";
import { isRefusal, readProxies, type ProxyLimits } from "./proxies";

/** What is asked of one cluster. */
export interface ClusterToRead {
  readonly client: Pick<ClusterClient, "exec" | "get" | "list">;
  /** `istiod` where an istiod runs there: then also what it signs with. */
  readonly runs: "istiod" | "workloads";
  readonly limits?: ProxyLimits;
}

/** The roots in that ConfigMap. */
const rootFile = "root-cert.pem";

const execTimeoutMs = 10_000;

/** Reads where a cluster stands, from the cluster and nothing else. What cannot be read is told, and holds up nothing. */
export async function readClusterTrust({ client, runs, limits }: ClusterToRead): Promise<ClusterTrust> {
  const troubles = new Set<string>();
  const orTrouble = async <T>(asked: Promise<T>): Promise<T | undefined> => {
    try {
      return await asked;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      troubles.add(error.message);
      return undefined;
    }
  };
  const [authority, published, listsPem, copies, takenUpUntil, read] = await Promise.all([
    runs === "istiod" ? orTrouble(authorityIn(client)) : undefined,
    orTrouble(publishedIn(client)),
    orTrouble(listsIn(client)),
    orTrouble(copiesIn(client)),
    runs === "istiod" ? orTrouble(takenUpIn(client)) : undefined,
    orTrouble(readProxies(client, limits)),
  ]);
  return {
    cluster: (client as ClusterClient).name,
    ...(authority === undefined ? {} : { authority }),
    ...(published === undefined ? {} : { published }),
    ...(listsPem === undefined ? {} : { listsPem }),
    ...(takenUpUntil === undefined ? {} : { takenUpUntil }),
    copies: copies ?? [],
    proxies: read?.proxies ?? [],
    unread: read?.unread ?? [],
    troubles: [...troubles],
  };
}

interface Data {
  readonly metadata?: { readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** What an istiod is given to sign with. @returns Undefined without one. */
export async function authorityIn(client: Pick<ClusterClient, "get">): Promise<Authority | undefined> {
  const { files } = await signingSecret((name) => secretIn(client, name));
  if (files === undefined) return undefined;
  const { chainPem, listsPem, rootsPem = "" } = files;
  const lists = listsPem === undefined ? {} : { listsPem };
  return { chain: certificatesIn(chainPem), roots: certificatesIn(rootsPem), ...lists };
}

async function secretIn(client: Pick<ClusterClient, "get">, name: string): Promise<Data["data"]> {
  return (await orNothing(client.get<Data>(`/api/v1/namespaces/${systemNamespace}/secrets/${name}`))).data;
}

/** The roots that istiod has published in the system namespace. @returns Undefined where there is none. */
export async function publishedIn(client: Pick<ClusterClient, "get">): Promise<X509Certificate[] | undefined> {
  const { data } = await orNothing(
    client.get<Data>(`/api/v1/namespaces/${systemNamespace}/configmaps/${rootConfigMap}`),
  );
  return data === undefined ? undefined : certificatesIn(data[rootFile] ?? "");
}

/** The revocation lists that istiod has published in the system namespace, PEM. @returns Undefined where there are none. */
export async function listsIn(client: Pick<ClusterClient, "get">): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${systemNamespace}/configmaps/${revocationsConfigMap}`;
  return (await orNothing(client.get<Data>(path))).data?.[revocationsFileName] || undefined;
}

async function copiesIn(client: Pick<ClusterClient, "list">): Promise<PublishedCopy[]> {
  const found = await client.list<Data>("/api/v1/configmaps", { fieldSelector: `metadata.name=${rootConfigMap}` });
  return found.map(({ metadata, data }) => ({
    namespace: metadata?.namespace ?? "",
    roots: certificatesIn(data?.[rootFile] ?? ""),
  }));
}

/** Istio's metric of the end of the CA that istiod signs with, in seconds (istio security/pkg/server/ca/monitoring.go). */
const endMetric = /^citadel_server_cert_chain_expiry_timestamp\s+(\S+)/m;

/**
 * When the CA ends that istiod has taken up: kubelet brings a changed Secret within a minute or so, and a changed root an
 * istiod may not take up before it is restarted. One of several replicas is asked.
 */
export async function takenUpIn(client: Pick<ClusterClient, "exec" | "list">): Promise<Date | undefined> {
  const pods = await client.list<{ metadata: { name: string }; status?: { phase?: string } }>(
    `/api/v1/namespaces/${systemNamespace}/pods`,
    { labelSelector: "app=istiod" },
  );
  const [running] = pods.filter(({ status }) => status?.phase === "Running");
  if (running === undefined) return undefined;
  const target = { namespace: systemNamespace, pod: running.metadata.name, container: istiodContainer };
  const metrics = await client.exec(target, ["pilot-discovery", "request", "GET", "/metrics"], execTimeoutMs);
  const seconds = Number(endMetric.exec(metrics)?.[1]);
  return Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : undefined;
}

async function orNothing(asked: Promise<Data>): Promise<Data> {
  try {
    return await asked;
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
}
