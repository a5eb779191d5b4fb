import { connect, unresolvedClient, type ClusterReach, type Environment } from "../../access";
import { readClusterTrust, type ClusterTrust, type ProxyLimits } from "../../preflight";
import { controlPlaneIn, sitesOf, type MeshPlan, type Problem } from "../../topology";
import { limited } from "../limited";
import type { TrustReport } from "./report";
import { trustStatus } from "./status";

/** What {@link readTrustStatus} is told. */
export interface TrustStatusQuery {
  readonly plan: MeshPlan;
  /** How each cluster is reached, by name. */
  readonly access: ReadonlyMap<string, ClusterReach>;
  /** Why others cannot be addressed at all. Default: all can. */
  readonly unresolved?: ReadonlyMap<string, Problem>;
  /** Where proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Environment;
  readonly limits?: Omit<ProxyLimits, "signal">;
  /** Ends it early. Default: nothing does. */
  readonly signal?: AbortSignal;
  /** Told in words what is read. */
  readonly onProgress?: (words: string) => void;
}

/** Clusters that are read at the same time: each has eight proxies under way. */
const clustersAtOnce = 8;

/**
 * Reads where every cluster of a mesh stands, from the clusters alone. Changes nothing.
 * @throws The signal's reason when it ends it.
 */
export async function readTrustStatus(query: TrustStatusQuery): Promise<TrustReport> {
  const trusts = await readTrusts(query);
  // What was not asked for the signal's sake must not look like clusters that do not answer.
  query.signal?.throwIfAborted();
  return trustStatus(query.plan, trusts);
}

/** What every cluster shows of its certificates. One that cannot be read says why, and holds up no other. */
async function readTrusts({
  plan,
  access,
  unresolved = new Map(),
  environment,
  limits = {},
  signal,
  onProgress = () => undefined,
}: TrustStatusQuery): Promise<ReadonlyMap<string, ClusterTrust>> {
  const read = await limited(clustersAtOnce, sitesOf(plan), async ({ name }): Promise<[string, ClusterTrust][]> => {
    const [reach, problem] = [access.get(name), unresolved.get(name)];
    const client =
      reach !== undefined
        ? connect({ ...reach, name }, environment)
        : problem !== undefined
          ? unresolvedClient(name, problem)
          : undefined;
    if (client === undefined) return [];
    try {
      const runs = controlPlaneIn(plan, name) === undefined ? "workloads" : "istiod";
      const trust = await readClusterTrust({
        client,
        runs,
        limits: { ...limits, ...(signal === undefined ? {} : { signal }) },
      });
      onProgress(`${name}: read ${trust.proxies.length} proxies`);
      return [[name, trust]];
    } finally {
      client.close();
    }
  });
  return new Map(read.flat());
}
