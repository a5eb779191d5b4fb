import type { ClusterPlan, ControlPlanePlan, EastWestGatewayPlan, MachinePlan, MeshPlan, Model } from "../../topology";

/** A mesh as a picture has it, from its configuration alone. Plain data; every list is sorted by name. */
export interface MeshGraph {
  /** Id of the mesh. */
  readonly mesh: string;
  /** Networks, with the clusters and machines that are on them. */
  readonly networks: readonly NetworkOfGraph[];
  /** The clusters of the mesh. */
  readonly clusters: readonly ClusterOfGraph[];
  /** Clusters that only run a control plane. */
  readonly externalControlPlanes: readonly string[];
  /** Machines outside Kubernetes. */
  readonly machines: readonly MachineOfGraph[];
  /** Every istiod. */
  readonly controlPlanes: readonly ControlPlaneOfGraph[];
  /** Whose calls come through which east-west gateway. */
  readonly gateways: readonly GatewayOfGraph[];
}

/** A mesh as far as it is drawn: what its clusters' models are called nobody sees. */
export interface DrawnMesh extends Omit<MeshGraph, "clusters"> {
  readonly clusters: readonly Omit<ClusterOfGraph, "model">[];
}

/** What is drawn of a mesh follows from this, of a plan or of what else knows it. */
export interface DrawnPlan extends Pick<MeshPlan, "id"> {
  readonly clusters: readonly (Pick<ClusterPlan, "name" | "network" | "role" | "reaches"> & {
    readonly eastWestGateway?: Pick<EastWestGatewayPlan, "port" | "addresses">;
  })[];
  readonly externalControlPlanes: readonly { readonly name: string }[];
  readonly machines: readonly Pick<MachinePlan, "name" | "network" | "cluster">[];
  readonly controlPlanes: readonly (Pick<ControlPlanePlan, "name" | "kind" | "configCluster" | "serves" | "reads"> & {
    readonly exposed?: object;
  })[];
}

/** A network. */
export interface NetworkOfGraph {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly machines: readonly string[];
}

/** A cluster of the mesh. */
export interface ClusterOfGraph {
  readonly name: string;
  readonly network: string;
  readonly role: "primary" | "remote";
  readonly model: Model;
}

/** A machine outside Kubernetes. */
export interface MachineOfGraph {
  readonly name: string;
  readonly network: string;
  /** The cluster whose istiod serves it. */
  readonly cluster: string;
}

/** An istiod. */
export interface ControlPlaneOfGraph {
  /** The cluster that it runs in. */
  readonly cluster: string;
  readonly kind: "primary" | "external";
  /** The cluster that holds its configuration. */
  readonly configCluster: string;
  /** Clusters whose workloads it serves, a primary's own among them. */
  readonly serves: readonly string[];
  /** Clusters whose API servers it reads by a remote secret. */
  readonly reads: readonly string[];
  /** Whether it has a Service by which other clusters or machines reach it. */
  readonly isExposed: boolean;
}

/** An east-west gateway. */
export interface GatewayOfGraph {
  /** The cluster that it leads into. */
  readonly cluster: string;
  /** At which others reach it. */
  readonly port: number;
  /** Fixed addresses; left out where those of a load balancer count. */
  readonly addresses?: readonly string[];
  /** The other networks whose workloads call through it. */
  readonly calledFrom: readonly string[];
}

/** The picture of a mesh. Asks no cluster. Pure. */
export function meshGraph(plan: MeshPlan): MeshGraph {
  return {
    ...drawnMesh(plan),
    clusters: plan.clusters.map(({ model, name, network, role }) => ({ name, network, role, model })),
  };
}

/** What is drawn of a mesh. Pure. */
export function drawnMesh(plan: DrawnPlan): DrawnMesh {
  const names = sorted([...plan.clusters, ...plan.machines].map(({ network }) => network));
  return {
    mesh: plan.id,
    networks: names.map((name) => ({
      name,
      clusters: plan.clusters.filter(({ network }) => network === name).map((cluster) => cluster.name),
      machines: plan.machines.filter(({ network }) => network === name).map((machine) => machine.name),
    })),
    clusters: plan.clusters.map(({ name, network, role }) => ({ name, network, role })),
    externalControlPlanes: plan.externalControlPlanes.map(({ name }) => name),
    machines: plan.machines.map(({ cluster, name, network }) => ({ name, network, cluster })),
    controlPlanes: plan.controlPlanes.map(({ configCluster, exposed, kind, name, reads, serves }) => ({
      cluster: name,
      kind,
      configCluster,
      serves,
      reads,
      isExposed: exposed !== undefined,
    })),
    gateways: plan.clusters.flatMap(({ eastWestGateway, name, network }) =>
      eastWestGateway === undefined
        ? []
        : [
            {
              cluster: name,
              port: eastWestGateway.port,
              ...(eastWestGateway.addresses === undefined ? {} : { addresses: eastWestGateway.addresses }),
              calledFrom: callersOf(plan, name).filter((caller) => caller !== network),
            },
          ],
    ),
  };
}

/** Networks of all workloads that reach a cluster: a machine reaches what the cluster does that it has joined. */
function callersOf(plan: DrawnPlan, called: string): string[] {
  const callers = plan.clusters.filter(({ reaches }) => reaches.includes(called));
  const machines = plan.machines.filter(({ cluster }) => callers.some(({ name }) => name === cluster));
  return sorted([...callers, ...machines].map(({ network }) => network));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
