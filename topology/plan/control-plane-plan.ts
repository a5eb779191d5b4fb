import type { Mesh } from "../schema";
import type { ClusterPlan } from "./cluster-plan";
import { valuesOf, type HelmValuesByChart } from "./istio-plan";
import type { Joining } from "./joining";

/** The Service by which other clusters and machines outside Kubernetes reach an istiod. */
export interface ExposedIstiodPlan {
  /** What stands before the load balancer; undefined where the load balancer's own address counts. */
  readonly address?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly loadBalancerClass?: string;
  /** Family of its addresses; undefined for the cluster's own first one. */
  readonly ipFamily?: "IPv4" | "IPv6";
  readonly timeoutSeconds: number;
  /** Set where only machines outside Kubernetes come by it: they need no webhooks. */
  readonly machinesAlone?: true;
}

/** A network whose gateways istiod cannot find by itself, in the terms of Istio's `meshNetworks`. */
export interface FixedNetwork {
  /** Clusters of the network that the control plane knows, sorted. */
  readonly clusters: readonly string[];
  readonly gateways: readonly { readonly address: string; readonly port: number }[];
}

/** What follows from the configuration for one istiod. Plain data, known at preview. */
export interface ControlPlanePlan {
  /** The cluster that it runs in. */
  readonly name: string;
  readonly kind: "primary" | "external";
  /** The cluster whose Kubernetes API holds its configuration, and whose name it bears as its cluster id. */
  readonly configCluster: string;
  /** Whether the configuration names none for it: it is then the first by name of those that it serves. */
  readonly configClusterIsFirst?: true;
  /** Clusters whose workloads it serves, sorted; a primary's own among them. */
  readonly serves: readonly string[];
  /** Clusters whose API servers it reads by a kubeconfig: all that it knows but its configuration's own. Sorted. */
  readonly reads: readonly string[];
  /** Networks with gateways at fixed addresses, by name. */
  readonly fixedNetworks: Readonly<Record<string, FixedNetwork>>;
  /** How other clusters and machines reach it; undefined where it serves neither. */
  readonly exposed?: ExposedIstiodPlan;
  /** Names of the Secrets by which its image is pulled, and those of the pods that it injects into. */
  readonly imagePullSecrets: readonly string[];
  /** Extra values for its chart. */
  readonly values: HelmValuesByChart;
}

/** Plans of all control planes, sorted by name, from those of the clusters. */
export function planControlPlanes(mesh: Mesh, joining: Joining, clusters: readonly ClusterPlan[]): ControlPlanePlan[] {
  return joining.controlPlanes.map(({ name, kind, configCluster, serves, reads }) => {
    const settings = kind === "primary" ? mesh.clusters[name] : mesh.externalControlPlanes[name];
    if (settings === undefined) throw new RangeError(`no control plane ${name}`);
    const known = new Set([...serves, ...reads]);
    const forClusters = servesOthers({ name, serves });
    return {
      name,
      kind,
      configCluster,
      ...(kind === "external" && mesh.externalControlPlanes[name]?.configCluster === undefined
        ? { configClusterIsFirst: true }
        : {}),
      serves,
      reads,
      fixedNetworks: fixedNetworksOf(clusters.filter((cluster) => known.has(cluster.name))),
      ...(forClusters ? { exposed: exposedIstiod(settings.exposedIstiod) } : {}),
      ...(!forClusters && servesMachines(mesh, name)
        ? { exposed: { ...exposedIstiod(settings.exposedIstiod), machinesAlone: true } }
        : {}),
      imagePullSecrets: settings.imagePullSecrets ?? mesh.istio.imagePullSecrets,
      values: valuesOf(mesh, settings.values),
    };
  });
}

/** Whether an istiod serves another cluster than the one that it runs in. */
export function servesOthers({ name, serves }: Pick<ControlPlanePlan, "name" | "serves">): boolean {
  return serves.some((cluster) => cluster !== name);
}

/** Whether machines outside Kubernetes join the cluster that an istiod runs in. */
export function servesMachines(mesh: Mesh, name: string): boolean {
  return Object.values(mesh.machines).some(({ cluster }) => cluster === name);
}

function exposedIstiod(settings: Mesh["clusters"][string]["exposedIstiod"]): ExposedIstiodPlan {
  const { address, annotations, loadBalancerClass, ipFamily, timeoutSeconds } = settings;
  return {
    ...(address === undefined ? {} : { address }),
    annotations,
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    ...(ipFamily === undefined ? {} : { ipFamily }),
    timeoutSeconds,
  };
}

/**
 * The networks of some clusters whose gateways have fixed addresses.
 * @param known Clusters that a control plane knows, sorted by name.
 */
export function fixedNetworksOf(known: readonly ClusterPlan[]): Record<string, FixedNetwork> {
  const fixed: Record<string, FixedNetwork> = {};
  for (const network of [...new Set(known.map((cluster) => cluster.network))].sort()) {
    const clusters = known.filter((cluster) => cluster.network === network);
    const gateways = clusters
      .flatMap(({ eastWestGateway: gateway }) =>
        (gateway?.addresses ?? []).map((address) => ({ address, port: gateway?.port ?? 0 })),
      )
      // One address may stand before the gateways of several clusters.
      .filter(({ address, port }, index, all) => {
        return all.findIndex((other) => other.address === address && other.port === port) === index;
      });
    if (gateways.length > 0) fixed[network] = { clusters: clusters.map(({ name }) => name), gateways };
  }
  return fixed;
}
