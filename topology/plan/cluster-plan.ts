import { configurationPath } from "../path";
import type { Mesh } from "../schema";
import { planAccess, type AccessPlan } from "./access-plan";
import { valuesOf, type HelmValuesByChart } from "./istio-plan";
import type { Joining } from "./joining";
import { planReaderTokens, type ReaderTokensPlan } from "./reader-tokens";

/** How the field calls the way in which a cluster is joined. */
export type Model =
  | "single-cluster"
  | "multi-primary"
  | "multi-primary-multi-network"
  | "primary-remote"
  | "primary-remote-multi-network"
  | "external-control-plane"
  | "external-control-plane-multi-network";

/** A Kubernetes cluster that something is installed into, be it of the mesh or not. */
export interface SitePlan {
  readonly name: string;
  /** Where the configuration describes it, for problems with it. */
  readonly path: string;
  /** Where its kubeconfig comes from, and which context of that counts. */
  readonly access: AccessPlan;
  /** What an update does when it cannot be reached. */
  readonly ifUnreachable: "fail" | "skip";
  /** Names of the Secrets by which Istio's images are pulled there. */
  readonly imagePullSecrets: readonly string[];
}

/** What follows from the configuration for one cluster of the mesh. Plain data, known at preview. */
export interface ClusterPlan extends SitePlan {
  readonly network: string;
  /** The cluster whose istiod serves this one's workloads; its own name for a primary. */
  readonly controlPlane: string;
  /** `primary` runs an istiod of its own; a `remote` cluster's workloads are served by another cluster's. */
  readonly role: "primary" | "remote";
  /** The cluster whose name the istiod that serves this one bears as its cluster id. */
  readonly configCluster: string;
  readonly model: Model;
  /** The gateway by which traffic from other networks enters; undefined where none does. */
  readonly eastWestGateway?: EastWestGatewayPlan;
  /** Names of the clusters whose services its workloads reach, sorted; its own among them. */
  readonly reaches: readonly string[];
  /** How other clusters reach its API server, where that differs from how this program does. */
  readonly apiServer: ApiServerPlan;
  /** The tokens by which istiods elsewhere read it; undefined where it has the one that nobody names. */
  readonly readerTokens?: ReaderTokensPlan;
  /** Age from which on the token that they are given counts as due, in days; undefined where none does. */
  readonly readerTokenMaximumAgeDays?: number;
  /** Address ranges, where the configuration gives them. */
  readonly ranges: { readonly pods?: readonly string[]; readonly services?: readonly string[] };
  /** Former name, where it was renamed. */
  readonly replaces?: string;
  /** Extra values for its charts. */
  readonly values: HelmValuesByChart;
}

/** An API server as other clusters reach it. */
export interface ApiServerPlan {
  readonly url?: string;
  readonly tlsServerName?: string;
  /** Path of a PEM file, relative to the project. */
  readonly certificateAuthority?: string;
}

/** How an east-west gateway is reached. */
export interface EastWestGatewayPlan {
  readonly type: "LoadBalancer" | "NodePort";
  /** Fixed addresses; undefined where those of the load balancer count. */
  readonly addresses?: readonly string[];
  /** Port at which other clusters reach it; for a NodePort, the node's. */
  readonly port: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly loadBalancerClass?: string;
  /** Family of its Service's addresses; undefined for the cluster's own first one. */
  readonly ipFamily?: "IPv4" | "IPv6";
  readonly timeoutSeconds: number;
}

/** Plans one cluster of the mesh. */
export function planCluster(mesh: Mesh, name: string, joining: Joining): ClusterPlan {
  const cluster = mesh.clusters[name];
  if (cluster === undefined) throw new RangeError(`no cluster ${name}`);
  const { name: controlPlane, configCluster } = joining.controlPlaneOf(name);
  const { pods, services } = cluster.ranges ?? {};
  const { url, tlsServerName, certificateAuthority } = cluster.apiServer ?? {};
  return {
    name,
    path: configurationPath("clusters", name),
    network: cluster.network,
    controlPlane,
    role: controlPlane === name ? "primary" : "remote",
    configCluster,
    model: modelOf(mesh, name, joining),
    ...(joining.needsGateway(name) ? { eastWestGateway: gatewayOf(cluster.eastWestGateway) } : {}),
    reaches: joining.reaches(name),
    access: planAccess(mesh, cluster.access, ["clusters", name]),
    apiServer: {
      ...(url === undefined ? {} : { url }),
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
      ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    },
    ...planReaderTokens(mesh, cluster.readerTokens),
    ranges: { ...(pods === undefined ? {} : { pods }), ...(services === undefined ? {} : { services }) },
    ifUnreachable: cluster.ifUnreachable,
    imagePullSecrets: cluster.imagePullSecrets ?? mesh.istio.imagePullSecrets,
    ...(cluster.replaces === undefined ? {} : { replaces: cluster.replaces }),
    values: valuesOf(mesh, cluster.values),
  };
}

/** Plans a cluster that only runs a control plane for others. */
export function planExternal(mesh: Mesh, name: string): SitePlan {
  const external = mesh.externalControlPlanes[name];
  if (external === undefined) throw new RangeError(`no external control plane ${name}`);
  return {
    name,
    path: configurationPath("externalControlPlanes", name),
    access: planAccess(mesh, external.access, ["externalControlPlanes", name]),
    ifUnreachable: external.ifUnreachable,
    imagePullSecrets: external.imagePullSecrets ?? mesh.istio.imagePullSecrets,
  };
}

function gatewayOf(settings: Mesh["clusters"][string]["eastWestGateway"]): EastWestGatewayPlan {
  const { type, addresses, port, annotations, loadBalancerClass, ipFamily, timeoutSeconds } = settings;
  return {
    type,
    ...(addresses === undefined ? {} : { addresses }),
    port,
    annotations,
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    ...(ipFamily === undefined ? {} : { ipFamily }),
    timeoutSeconds,
  };
}

function modelOf(mesh: Mesh, name: string, { controlPlanes, controlPlaneOf }: Joining): Model {
  const plane = controlPlaneOf(name);
  const severalNetworks = new Set(Object.values(mesh.clusters).map(({ network }) => network)).size > 1;
  if (plane.kind === "external")
    return severalNetworks ? "external-control-plane-multi-network" : "external-control-plane";
  if (plane.name === name && controlPlanes.length > 1)
    return severalNetworks ? "multi-primary-multi-network" : "multi-primary";
  if (plane.serves.length > 1) return severalNetworks ? "primary-remote-multi-network" : "primary-remote";
  return "single-cluster";
}
