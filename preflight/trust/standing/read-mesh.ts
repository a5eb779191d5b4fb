import { clientOf, type ReachOfClusters } from "../../../access/connection/client-of";
import { turnstile } from "../../../access/connection/turnstile";
import { controlPlaneIn, sitesOf, type MeshPlan } from "../../../topology";
import type { ClusterTrust } from "./cluster-trust";
import type { ProxyLimits } from "./proxies";
import { readClusterTrust } from "./read";

/** Whose certificates are read. */
export interface MeshToRead extends ReachOfClusters {
  readonly plan: MeshPlan;
  readonly limits?: ProxyLimits;
  /** Told of every cluster when it has been read. */
  readonly onRead?: (trust: ClusterTrust) => void;
}

/** Clusters that are read at the same time: each has some proxies under way. */
const clustersAtOnce = 8;

/** What every cluster shows of its certificates. One that cannot be read says why, and holds up no other. */
export async function readMeshTrust(mesh: MeshToRead): Promise<ReadonlyMap<string, ClusterTrust>> {
  const { plan, limits, onRead = () => undefined } = mesh;
  const inTurn = turnstile(clustersAtOnce);
  const read = await Promise.all(
    sitesOf(plan).map(({ name }) =>
      inTurn(async (): Promise<[string, ClusterTrust][]> => {
        const client = clientOf(mesh, name);
        if (client === undefined) return [];
        try {
          const runs = controlPlaneIn(plan, name) === undefined ? "workloads" : "istiod";
          const trust = await readClusterTrust({ client, runs, ...(limits === undefined ? {} : { limits }) });
          onRead(trust);
          return [[name, trust]];
        } finally {
          client.close();
        }
      }),
    ),
  );
  return new Map(read.flat());
}
