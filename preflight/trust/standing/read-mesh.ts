import type { ClusterReach } from "../../../access/cluster-access";
import { connect } from "../../../access/connection/cluster-client";
import { turnstile } from "../../../access/connection/turnstile";
import { unresolvedClient } from "../../../access/connection/unresolved-client";
import type { Environment } from "../../../access/kubeconfig/kubeconfig-file";
import { controlPlaneIn, sitesOf, type MeshPlan, type Problem } from "../../../topology";
import type { ClusterTrust } from "./cluster-trust";
import type { ProxyLimits } from "./proxies";
import { readClusterTrust } from "./read";

/** Whose certificates are read. */
export interface MeshToRead {
  readonly plan: MeshPlan;
  /** How clusters are reached, by name. Others are left out. */
  readonly access: ReadonlyMap<string, ClusterReach>;
  /** Why others cannot be addressed: these are told of as clusters that do not answer. Default: none. */
  readonly unresolved?: ReadonlyMap<string, Problem>;
  /** Where proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Environment;
  readonly limits?: ProxyLimits;
  /** Told of every cluster when it has been read. */
  readonly onRead?: (trust: ClusterTrust) => void;
}

/** Clusters that are read at the same time: each has some proxies under way. */
const clustersAtOnce = 8;

/** What every cluster shows of its certificates. One that cannot be read says why, and holds up no other. */
export async function readMeshTrust(mesh: MeshToRead): Promise<ReadonlyMap<string, ClusterTrust>> {
  const { plan, access, environment, limits, onRead = () => undefined } = mesh;
  const inTurn = turnstile(clustersAtOnce);
  const read = await Promise.all(
    sitesOf(plan).flatMap(({ name }) => {
      const [reach, problem] = [access.get(name), mesh.unresolved?.get(name)];
      if (reach === undefined && problem === undefined) return [];
      return [
        inTurn(async (): Promise<[string, ClusterTrust]> => {
          const client =
            reach === undefined
              ? unresolvedClient(name, problem as Problem)
              : connect({ ...reach, name }, environment ?? process.env);
          try {
            const runs = controlPlaneIn(plan, name) === undefined ? "workloads" : "istiod";
            const trust = await readClusterTrust({ client, runs, ...(limits === undefined ? {} : { limits }) });
            onRead(trust);
            return [name, trust];
          } finally {
            client.close();
          }
        }),
      ];
    }),
  );
  return new Map(read);
}
