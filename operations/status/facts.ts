import { ageDays, overdueToken, unsynced, type StandingToken } from "../../preflight";
import { controlPlaneIn, readerTokensOf, type ClusterPlan, type MeshPlan } from "../../topology";
import { daysUntil } from "../../trust";
import { worstOf, type Living, type PodReading } from "../standing";
import type { CertificateEnd, MeshClusterStatus, ReaderTokenAge, ReadClusterStatus } from "./report";
import { foundIn, type SeenCluster } from "./seen";

/** What was seen of a cluster, beside its version of Kubernetes and words about it. */
export type ClusterFacts = Pick<
  MeshClusterStatus,
  "eastWestGateway" | "exposedIstiod" | "intermediate" | "istiods" | "mesh" | "readerToken" | "reads" | "root"
>;

/** The facts of one cluster, from what it showed. Pure. */
export function factsOf(plan: MeshPlan, name: string, seen: SeenCluster, now: Date): ClusterFacts {
  const cluster = plan.clusters.find((one) => one.name === name);
  const port = cluster?.eastWestGateway?.port;
  const mesh = foundIn(seen.systemNamespace)?.mesh;
  const istiods = foundIn(seen.istiods);
  const reading = foundIn(seen.reading);
  const gateway = foundIn(seen.gateway);
  const addresses = foundIn(seen.exposedIstiod);
  const root = endOf(foundIn(seen.root), now);
  const intermediate = endOf(foundIn(seen.intermediate), now);
  const readerToken = cluster && tokenOf(cluster, foundIn(seen.tokens), now);
  return {
    ...(mesh === undefined ? {} : { mesh }),
    ...(istiods === undefined ? {} : { istiods }),
    // Where none runs, nobody says what it has synced.
    ...(reading === undefined || reading.length === 0
      ? {}
      : { reads: readsOf(controlPlaneIn(plan, name)?.reads ?? [], reading) }),
    ...(gateway === undefined || port === undefined ? {} : { eastWestGateway: { ...gateway, port } }),
    ...(addresses === undefined ? {} : { exposedIstiod: { addresses } }),
    ...(root === undefined ? {} : { root }),
    ...(intermediate === undefined ? {} : { intermediate }),
    ...(readerToken === undefined ? {} : { readerToken }),
  };
}

function readsOf(reads: readonly string[], pods: readonly PodReading[]): ReadClusterStatus[] {
  return reads.map((cluster) => {
    const troubles = pods.flatMap(({ pod, remotes }) => {
      const trouble = unsynced(remotes, [cluster]);
      return trouble === "" ? [] : [`${pod}: ${trouble}`];
    });
    return troubles.length === 0
      ? { cluster, isSynced: true }
      : { cluster, isSynced: false, reason: troubles.join("; ") };
  });
}

function endOf(all: readonly Living[] | undefined, now: Date): CertificateEnd | undefined {
  const worst = worstOf(all ?? [], now);
  if (worst === undefined) return undefined;
  const { lifetime, name, state } = worst;
  return { name, notAfter: lifetime.until.toISOString(), daysLeft: daysUntil(lifetime.until, now), state };
}

function tokenOf(
  cluster: ClusterPlan,
  tokens: readonly StandingToken[] | undefined,
  now: Date,
): ReaderTokenAge | undefined {
  const used = tokens?.find(({ name }) => name === readerTokensOf(cluster).used);
  if (tokens === undefined || used === undefined) return undefined;
  return {
    name: used.name,
    createdAt: used.createdAt.toISOString(),
    ageDays: ageDays(used, now),
    isDue: overdueToken(cluster, { tokens }, now) !== undefined,
  };
}
