import { clientsOf, type ClusterAccess, type ClusterClient, type ReachOfClusters } from "../../access";
import { meshFacts, type ClusterSnapshot, type MeshSnapshot } from "../../diagnosis";
import { controlPlaneIn, dataWithoutSecrets, sitesOf, type MeshPlan } from "../../topology";
import { limited } from "../limited";
import { clustersAtOnce, gatherCluster } from "./gather-cluster";
import { SecretTokens } from "./secret-tokens";

/** Whose facts are gathered. */
export interface MeshQuery extends ReachOfClusters {
  readonly access: ReadonlyMap<string, ClusterAccess>;
  readonly plan: MeshPlan;
  /** Told in words what has been read. */
  readonly onProgress?: (words: string) => void;
  /** Ends it early. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/**
 * What a mesh has now, without a secret. Reads only, and holds up nothing for a cluster that does not answer.
 * @throws The signal's reason when it ends it.
 */
export async function gatherMesh(query: MeshQuery, now = new Date()): Promise<MeshSnapshot> {
  const { access, onProgress = () => undefined, plan, signal } = query;
  const tokens = new SecretTokens();
  const clients = clientsOf(query);
  try {
    const sites = sitesOf(plan).flatMap(({ name }) => {
      const client: ClusterClient | undefined = clients.get(name);
      return client === undefined ? [] : [client];
    });
    const clusters = await limited(clustersAtOnce, sites, async (client) => {
      signal?.throwIfAborted();
      const seen = await gatherCluster({
        client,
        tokens,
        namespaces: plan.namespaces.map(({ name }) => name),
        reads: controlPlaneIn(plan, client.name)?.reads,
        apiServer: access.get(client.name)?.forOthers,
      });
      onProgress(readWords(client.name, seen));
      return seen;
    });
    signal?.throwIfAborted();
    return snapshotOf(plan, clusters, now);
  } finally {
    for (const client of clients.values()) client.close();
  }
}

/** How far a look is, in words: what became of one cluster. Pure. */
export function readWords(name: string, { trouble }: Pick<ClusterSnapshot, "trouble">): string {
  return `${name}: ${trouble === undefined ? "read" : "does not answer"}`;
}

/** A snapshot of a mesh by its configuration, as it may be written down. Pure. */
export function snapshotOf(plan: MeshPlan, clusters: readonly ClusterSnapshot[], takenAt: Date): MeshSnapshot {
  return asWrittenDown({ takenAt: takenAt.toISOString(), mesh: meshFacts(plan), clusters });
}

/**
 * A snapshot as it may be written down: what clusters and containers say in words may repeat a secret. Nothing else is ever
 * judged, so that a bundle says the same. Pure.
 */
export function asWrittenDown(snapshot: MeshSnapshot): MeshSnapshot {
  return dataWithoutSecrets(JSON.parse(JSON.stringify(snapshot)) as MeshSnapshot);
}
