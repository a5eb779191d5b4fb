import type { Mesh } from "../schema";

/** An istiod, where it runs and whom it knows. */
export interface ControlPlaneJoining {
  readonly name: string;
  readonly kind: "primary" | "external";
  readonly configCluster: string;
  readonly serves: readonly string[];
  readonly reads: readonly string[];
}

/** How the clusters of a mesh are joined: what follows from their networks, control planes and peers. */
export interface Joining {
  /** Sorted by name. */
  readonly controlPlanes: readonly ControlPlaneJoining[];
  /** Clusters whose services a cluster's workloads reach, its own among them. Sorted. */
  readonly reaches: (cluster: string) => readonly string[];
  /** Whether workloads of another network reach this cluster. */
  readonly needsGateway: (cluster: string) => boolean;
  /** The control plane of a cluster. */
  readonly controlPlaneOf: (cluster: string) => ControlPlaneJoining;
}

/** What decides how clusters are joined. */
export interface JoinedClusters {
  readonly clusters: Readonly<Record<string, Pick<Mesh["clusters"][string], "network" | "controlPlane" | "peers">>>;
  readonly externalControlPlanes: Readonly<
    Record<string, Pick<Mesh["externalControlPlanes"][string], "configCluster" | "peers">>
  >;
  readonly machines: Readonly<Record<string, Pick<Mesh["machines"][string], "cluster" | "network">>>;
}

/** Derives how a valid mesh is joined. Pure. */
export function joiningOf(mesh: JoinedClusters): Joining {
  const clusters = Object.keys(mesh.clusters).sort();
  const hostOf = (cluster: string): string => mesh.clusters[cluster]?.controlPlane ?? cluster;
  const servedBy = new Map<string, string[]>();
  for (const cluster of clusters) servedBy.set(hostOf(cluster), [...(servedBy.get(hostOf(cluster)) ?? []), cluster]);

  const controlPlanes = [...servedBy.keys()].sort().map((name): ControlPlaneJoining => {
    const serves = servedBy.get(name) ?? [];
    // A cluster may be called like something that every JavaScript object has.
    const external = Object.hasOwn(mesh.externalControlPlanes, name) ? mesh.externalControlPlanes[name] : undefined;
    const kind = external === undefined ? "primary" : "external";
    const configCluster = kind === "primary" ? name : (external?.configCluster ?? serves[0] ?? name);
    const peers = (external ?? mesh.clusters[name])?.peers;
    const known = peers === undefined ? clusters : [...new Set([...serves, ...peers])].sort();
    return { name, kind, configCluster, serves, reads: known.filter((cluster) => cluster !== configCluster) };
  });

  const byCluster = new Map(controlPlanes.flatMap((plane) => plane.serves.map((cluster) => [cluster, plane] as const)));
  const controlPlaneOf = (cluster: string): ControlPlaneJoining => {
    const plane = byCluster.get(cluster);
    if (plane === undefined) throw new RangeError(`no cluster ${cluster}`);
    return plane;
  };
  // One list for all clusters of a control plane: among 160 clusters a list for each would be 160 times as much.
  const reachedBy = new Map(
    controlPlanes.map((plane) => [plane, [...plane.reads, plane.configCluster].sort()] as const),
  );
  const gateways = clustersWithGateway(mesh, controlPlanes, reachedBy);
  return {
    controlPlanes,
    reaches: (cluster) => reachedBy.get(controlPlaneOf(cluster)) ?? [],
    needsGateway: (cluster) => gateways.has(cluster),
    controlPlaneOf,
  };
}

/** Networks of the machines that an istiod serves: they call what its workloads call. */
function machineNetworksOf(mesh: JoinedClusters, { serves }: ControlPlaneJoining): string[] {
  return Object.values(mesh.machines).flatMap(({ cluster, network }) =>
    network !== undefined && serves.includes(cluster) ? [network] : [],
  );
}

function clustersWithGateway(
  mesh: JoinedClusters,
  controlPlanes: readonly ControlPlaneJoining[],
  reachedBy: ReadonlyMap<ControlPlaneJoining, readonly string[]>,
): ReadonlySet<string> {
  const networkOf = (cluster: string): string => mesh.clusters[cluster]?.network ?? "";
  const found = new Set<string>();
  for (const plane of controlPlanes) {
    const callers = new Set([...plane.serves.map(networkOf), ...machineNetworksOf(mesh, plane)]);
    for (const called of reachedBy.get(plane) ?? []) {
      if (callers.size > 1 || !callers.has(networkOf(called))) found.add(called);
    }
  }
  return found;
}
