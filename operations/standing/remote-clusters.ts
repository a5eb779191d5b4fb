import type { ClusterClient } from "../../access";
import { remoteClustersOf, runningIstiods } from "../../preflight";

/** What one pod of istiod says of the clusters that it reads. */
export interface PodReading {
  readonly pod: string;
  readonly remotes: Awaited<ReturnType<typeof remoteClustersOf>>;
}

/** What every pod of istiod that runs in a cluster says of the clusters that it reads. Changes nothing. */
export async function remoteClustersIn(client: Pick<ClusterClient, "exec" | "list">): Promise<PodReading[]> {
  const running = await runningIstiods(client);
  return Promise.all(running.map(async ({ pod }) => ({ pod, remotes: await remoteClustersOf(client, pod) })));
}
