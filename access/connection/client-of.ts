import type { Problem } from "../../topology";
import type { ClusterReach } from "../cluster-access";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { connect, type ClusterClient } from "./cluster-client";
import { unresolvedClient } from "./unresolved-client";

/** How the clusters of a mesh are reached. */
export interface ReachOfClusters {
  /** By name. */
  readonly access: ReadonlyMap<string, ClusterReach>;
  /** Why others cannot be addressed: their clients refuse with that. Default: all can. */
  readonly unresolved?: ReadonlyMap<string, Problem> | undefined;
  /** Where proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Environment | undefined;
}

/** The client of a cluster; undefined where nobody says how it is reached, or why not. Close it. */
export function clientOf(
  { access, environment, unresolved }: ReachOfClusters,
  name: string,
): ClusterClient | undefined {
  const [reach, problem] = [access.get(name), unresolved?.get(name)];
  if (reach !== undefined) return connect({ ...reach, name }, environment);
  return problem && unresolvedClient(name, problem);
}

/** The clients of some clusters, by name, without those of which nobody says anything. Close them. */
export function clientsOf(
  reach: ReachOfClusters,
  names: Iterable<string> = [...reach.access.keys(), ...(reach.unresolved?.keys() ?? [])],
): ReadonlyMap<string, ClusterClient> {
  const clients = new Map<string, ClusterClient>();
  for (const name of names) {
    const client = clientOf(reach, name);
    if (client !== undefined) clients.set(name, client);
  }
  return clients;
}
