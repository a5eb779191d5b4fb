import { clientOf, type ReachOfClusters } from "../../access/connection/client-of";
import type { ClusterClient } from "../../access/connection/cluster-client";
import { KubernetesError } from "../../access/connection/kubernetes-error";
import { turnstile } from "../../access/connection/turnstile";
import { isRead, sitesOf, type MeshPlan } from "../../topology";
import { readerOf, readRemoteSecret, tokensIn, type RemoteSecretRead, type TokensByValue } from "./read";
import type { StandingReader, StandingTokens } from "./standing";

/** Whose tokens are read. */
export interface ReaderTokensQuery extends ReachOfClusters {
  readonly plan: MeshPlan;
  /** Clusters whose tokens are read. Default: all that an istiod elsewhere reads. */
  readonly clusters?: readonly string[];
  /** Whether their readers are asked, too; it is told which tokens stand. Default: always. */
  readonly asks?: (cluster: string, tokens: readonly string[]) => boolean;
}

/** Clusters that are asked at the same time. */
const clustersAtOnce = 8;

/** How the tokens of a mesh's readers stand. What cannot be asked says why, and holds up no other. */
export async function readReaderTokens(query: ReaderTokensQuery): Promise<ReadonlyMap<string, StandingTokens>> {
  const { plan, asks = () => true } = query;
  const clusters: readonly string[] = query.clusters ?? plan.clusters.map(({ name }) => name);
  const reading = new Reading(query);
  try {
    const read = await Promise.all(
      clusters
        .filter((cluster) => isRead(plan, cluster))
        .map(async (cluster): Promise<[string, StandingTokens]> => {
          const tokens = await reading.of(cluster, tokensIn);
          if (typeof tokens === "string") return [cluster, { cluster, tokens: [], readers: [], trouble: tokens }];
          const standing = [...tokens.values()];
          const isAsked = asks(
            cluster,
            standing.map(({ name }) => name),
          );
          const readers = isAsked ? await reading.readersOf(cluster, tokens) : [];
          return [cluster, { cluster, tokens: standing, readers }];
        }),
    );
    return new Map(read);
  } finally {
    reading.close();
  }
}

/** Asks each cluster once for each thing, through one client. */
class Reading {
  private readonly clients = new Map<string, ClusterClient>();
  private readonly remoteSecrets = new Map<string, Promise<RemoteSecretRead | string>>();
  private readonly inTurn = turnstile(clustersAtOnce);

  constructor(private readonly query: ReaderTokensQuery) {}

  /** What a cluster says; why it says nothing, in words, where it cannot be asked. */
  async of<T>(cluster: string, ask: (client: ClusterClient) => Promise<T>): Promise<T | string> {
    const client = this.clientFor(cluster);
    if (client === undefined) return `${cluster} does not answer`;
    try {
      return await this.inTurn(() => ask(client));
    } catch (error) {
      if (error instanceof KubernetesError) return `${cluster}: ${error.message}`;
      throw error;
    }
  }

  async readersOf(cluster: string, tokens: TokensByValue): Promise<StandingReader[]> {
    const { plan } = this.query;
    // Of a mesh that is looked at in part, the others' readers are looked at elsewhere.
    const sites = sitesOf(plan).map(({ name }) => name);
    const readers = plan.controlPlanes.filter(({ name, reads }) => reads.includes(cluster) && sites.includes(name));
    return Promise.all(
      readers.map(async ({ name: reader }): Promise<StandingReader> => {
        const asked = this.remoteSecrets.get(reader) ?? this.of(reader, readRemoteSecret);
        this.remoteSecrets.set(reader, asked);
        const read = await asked;
        return typeof read === "string" ? { reader, lag: read } : readerOf(read, cluster, tokens);
      }),
    );
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private clientFor(cluster: string): ClusterClient | undefined {
    const made = this.clients.get(cluster) ?? clientOf(this.query, cluster);
    if (made !== undefined) this.clients.set(cluster, made);
    return made;
  }
}
