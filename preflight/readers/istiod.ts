import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../access/connection/cluster-client";
import { jsonIn } from "../../access/connection/command-output";
import { istiodContainer, systemNamespace } from "../../topology";

const execTimeoutMs = 10_000;

/** What istiod answers about each cluster that it reads (istio pkg/cluster, DebugInfo). */
export interface RemoteCluster {
  readonly id: string;
  /** `<namespace>/<name>`; left out for its own cluster. */
  readonly secretName?: string;
  readonly syncStatus: string;
}

/** A pod of istiod that runs. */
export interface RunningIstiod {
  readonly pod: string;
  /** When its container started; undefined where it does not run yet. */
  readonly startedAt?: Date;
}

/** The pods of the istiods of a cluster that run and are not about to end. */
export async function runningIstiods(client: Pick<ClusterClient, "list">): Promise<RunningIstiod[]> {
  const pods = await client.list<V1Pod>(`/api/v1/namespaces/${systemNamespace}/pods`, {
    labelSelector: "app=istiod",
    fieldSelector: "status.phase=Running",
  });
  return pods
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map(({ metadata, status }) => {
      const started = status?.containerStatuses?.find(({ name }) => name === istiodContainer)?.state?.running
        ?.startedAt;
      return { pod: metadata?.name ?? "", ...(started === undefined ? {} : { startedAt: new Date(started) }) };
    });
}

/**
 * What one istiod has of the clusters that it reads. Asked from inside the pod: since 1.29 istiod answers its debug
 * endpoints to strangers only with a token, and to its own machine without (istio pilot/pkg/xds,
 * allowAuthenticatedOrLocalhost).
 */
export async function remoteClustersOf(
  client: Pick<ClusterClient, "exec">,
  pod: string,
): Promise<readonly RemoteCluster[]> {
  const answered = ((await askedOf(client, pod, "/debug/clusterz")) as readonly RemoteCluster[] | null) ?? [];
  // No Secret leads to its own cluster, which it says by an empty name.
  return answered.map(({ id, secretName = "", syncStatus }) => ({
    id,
    syncStatus,
    ...(secretName === "" ? {} : { secretName }),
  }));
}

/** What istiod answers about each proxy that it serves (istio pilot/pkg/xds, SyncStatus). */
export interface ServedProxy {
  /** `<pod>.<namespace>` */
  readonly proxy?: string;
  readonly cluster_id?: string;
  readonly istio_version?: string;
  /** What it was sent, by the type's URL, with the proxy's last words about it where it rejected that. */
  readonly resources?: Readonly<Record<string, { readonly lastError?: string }>>;
}

/** What one istiod has of the proxies that it serves, asked as {@link remoteClustersOf}. */
export async function servedProxiesOf(
  client: Pick<ClusterClient, "exec">,
  pod: string,
): Promise<readonly ServedProxy[]> {
  return ((await askedOf(client, pod, "/debug/syncz")) as readonly ServedProxy[] | null) ?? [];
}

async function askedOf(client: Pick<ClusterClient, "exec">, pod: string, path: string): Promise<unknown> {
  const target = { namespace: systemNamespace, pod, container: istiodContainer };
  return jsonIn(await client.exec(target, ["pilot-discovery", "request", "GET", path], execTimeoutMs));
}

/**
 * The line that istiod logs when it has gone through a remote secret, be it new or changed (istio pkg/kube/multicluster,
 * 1.30 and 1.31). What it says of the clusters of that secret from then on is of the kubeconfigs that stand there.
 */
const handled = /\bNumber of remote clusters: \d/;

/** Whether an istiod logged since a moment that it has gone through a remote secret. */
export async function hasHandledSince(client: Pick<ClusterClient, "logs">, pod: string, since: Date): Promise<boolean> {
  return handled.test(await client.logs({ namespace: systemNamespace, pod, container: istiodContainer }, since));
}

/** Which clusters of those to be read are not synced, in words; empty when all are. */
export function unsynced(remotes: readonly RemoteCluster[], reads: readonly string[]): string {
  return reads
    .flatMap((name) => {
      const remote = remotes.find((candidate) => candidate.id === name);
      if (remote === undefined) return [`${name} is unknown to it`];
      return remote.syncStatus === "synced"
        ? []
        : [`${name} is ${remote.syncStatus} (${remote.secretName ?? "no secret"})`];
    })
    .join(", ");
}
