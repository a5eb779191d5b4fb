import { readMeshTrust, type ClusterTrust, type MeshToRead } from "../../preflight";
import type { TrustReport } from "./report";
import { trustStatus } from "./status";

/** What {@link readTrustStatus} is told. */
export interface TrustStatusQuery extends Omit<MeshToRead, "limits" | "onRead"> {
  /** Ends it early. Default: nothing does. */
  readonly signal?: AbortSignal;
  /** Told in words what is read. */
  readonly onProgress?: (words: string) => void;
}

/**
 * Reads where every cluster of a mesh stands, from the clusters alone. Changes nothing.
 * @throws The signal's reason when it ends it.
 */
export async function readTrustStatus(query: TrustStatusQuery): Promise<TrustReport> {
  return trustStatus(query.plan, await readTrusts(query));
}

/** What every cluster shows of its certificates. Changes nothing. @throws The signal's reason when it ends it. */
export async function readTrusts(query: TrustStatusQuery): Promise<ReadonlyMap<string, ClusterTrust>> {
  const { onProgress = () => undefined, signal, ...mesh } = query;
  const trusts = await readMeshTrust({
    ...mesh,
    ...(signal === undefined ? {} : { limits: { signal } }),
    onRead: ({ cluster, proxies, unread }) =>
      onProgress(`${cluster}: ${proxies.length} of ${proxies.length + unread.length} proxies read`),
  });
  // What was not asked for the signal's sake must not look like clusters that do not answer.
  signal?.throwIfAborted();
  return trusts;
}
