import type { ContainerStatus, Deployment, Event, Pod, ReplicaSet, Service } from "./objects";
import { containersOf, type Snapshot } from "./snapshot";

/** Reads from a cluster's API server: JSON as it is, or a text. @throws what the connection throws. */
export interface ClusterReader {
  json(path: string): Promise<unknown>;
  /** Undefined where it is not to be had. */
  text(path: string): Promise<string | undefined>;
}

/** Enough for the error that ends most crashes. */
const lastLineCount = 5;

/** What a namespace has now. Reads only. */
export async function gather(reader: ClusterReader, cluster: string, namespace: string): Promise<Snapshot> {
  const list = async <T>(group: string, collection: string): Promise<readonly T[]> => {
    const { items } = (await reader.json(`/${group}/namespaces/${namespace}/${collection}`)) as {
      readonly items?: readonly T[];
    };
    return items ?? [];
  };
  const [deployments, replicaSets, pods, services, events] = await Promise.all([
    list<Deployment>("apis/apps/v1", "deployments"),
    list<ReplicaSet>("apis/apps/v1", "replicasets"),
    list<Pod>("api/v1", "pods"),
    list<Service>("api/v1", "services"),
    list<Event>("api/v1", "events"),
  ]);
  const lastLines = Object.fromEntries(
    (
      await Promise.all(pods.flatMap((pod) => crashed(pod).map((name) => linesOf(reader, namespace, pod, name))))
    ).flat(),
  );
  return { cluster, namespace, deployments, replicaSets, pods, services, events, lastLines };
}

/** Names of the containers that have crashed again and again. */
function crashed(pod: Pod): string[] {
  const isCrashed = ({ restartCount = 0, ready, lastState }: ContainerStatus): boolean =>
    restartCount > 0 && ready !== true && lastState?.terminated !== undefined;
  return containersOf(pod)
    .filter(isCrashed)
    .map(({ name }) => name);
}

/**
 * The last lines of a container that crashes: those of the one that ended before, or of the present one where that has ended
 * too. Not everybody may read logs: the rest is told all the same.
 */
async function linesOf(
  reader: ClusterReader,
  namespace: string,
  pod: Pod,
  container: string,
): Promise<(readonly [string, string])[]> {
  const name = pod.metadata?.name ?? "";
  for (const previous of ["true", "false"]) {
    const query = new URLSearchParams({ container, previous, tailLines: String(lastLineCount) });
    const text = await reader.text(`/api/v1/namespaces/${namespace}/pods/${name}/log?${query.toString()}`);
    if (text !== undefined && text.trim() !== "" && !isLost(text)) return [[`${name}/${container}`, text]];
  }
  return [];
}

/**
 * Whether the kubelet answers, with status 200, that the log is no more: it removes containers that restart quickly
 * (kubernetes, pkg/kubelet/kuberuntime, GetContainerLogs).
 */
function isLost(text: string): boolean {
  return text.startsWith("unable to retrieve container logs for ");
}
