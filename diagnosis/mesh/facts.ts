import {
  clusterDomainOf,
  sitesOf,
  type AcceptedFinding,
  type ClusterPlan,
  type ControlPlanePlan,
  type EastWestGatewayPlan,
  type MeshPlan,
  type NamespacePlan,
  type SamenessPlan,
} from "../../topology";

/** What the configuration says of a mesh, as far as its snapshot is judged by it. Plain data, without a secret. */
export interface MeshFacts {
  readonly id: string;
  /** The id that it had, while its clusters may still bear that. Default: none. */
  readonly replacesId?: string;
  /** Version of Istio; left out where the configuration is not known to say it. */
  readonly istioVersion?: string;
  /** `clusters` where they were read from what the clusters have, since no configuration is at hand. Default: `file`. */
  readonly origin?: "file" | "clusters";
  /** Every Kubernetes cluster that something is installed into, those that only run a control plane among them. */
  readonly sites: readonly string[];
  /** Those whose absence the configuration allows (`ifUnreachable: skip`). Default: none. */
  readonly mayBeAway?: readonly string[];
  readonly clusters: readonly ClusterFacts[];
  readonly controlPlanes: readonly ControlPlaneFacts[];
  /** Namespaces of the mesh's workloads, with the labels that they are to have. */
  readonly namespaces: readonly Pick<NamespacePlan, "name" | "labels" | "clusters">[];
  /** Which Services of one name are one; left out where that is not known to be said. */
  readonly sameness?: SamenessPlan;
  /** What may be found and is meant to be so; left out where there is nothing. */
  readonly accepted?: readonly AcceptedFinding[];
}

/** A cluster of the mesh. */
export interface ClusterFacts extends Pick<
  ClusterPlan,
  "name" | "network" | "controlPlane" | "configCluster" | "reaches" | "replaces"
> {
  /** The gateway by which traffic from other networks enters; undefined where none does. */
  readonly eastWestGateway?: GatewayFacts;
}

/** An east-west gateway. */
export interface GatewayFacts extends Pick<EastWestGatewayPlan, "type" | "addresses" | "port"> {
  /** Its Service in `istio-system`, and its Deployment. Default: `istio-eastwestgateway`. */
  readonly service?: string;
}

/** An istiod. */
export interface ControlPlaneFacts extends Pick<
  ControlPlanePlan,
  "name" | "kind" | "configCluster" | "serves" | "reads"
> {
  /** Domain of the Services that it knows; left out where that is not known. */
  readonly clusterDomain?: string;
  /** How other clusters reach it; undefined where none does. */
  readonly exposed?: { readonly address?: string };
}

/** Takes from a plan what a snapshot is judged by. Pure. */
export function meshFacts(plan: MeshPlan): MeshFacts {
  return {
    id: plan.id,
    ...(plan.replaces.id === undefined ? {} : { replacesId: plan.replaces.id }),
    istioVersion: plan.istio.version,
    sameness: plan.sameness,
    sites: sitesOf(plan).map(({ name }) => name),
    mayBeAway: sitesOf(plan)
      .filter(({ ifUnreachable }) => ifUnreachable === "skip")
      .map(({ name }) => name),
    clusters: plan.clusters.map(
      ({ name, network, controlPlane, configCluster, reaches, replaces, eastWestGateway }) => ({
        name,
        network,
        controlPlane,
        configCluster,
        reaches,
        ...(replaces === undefined ? {} : { replaces }),
        ...(eastWestGateway === undefined ? {} : { eastWestGateway: gatewayFacts(eastWestGateway) }),
      }),
    ),
    controlPlanes: plan.controlPlanes.map(({ name, kind, configCluster, serves, reads, exposed, values }) => ({
      name,
      clusterDomain: clusterDomainOf(values.istiod),
      kind,
      configCluster,
      serves,
      reads,
      ...(exposed === undefined ? {} : { exposed: exposed.address === undefined ? {} : { address: exposed.address } }),
    })),
    namespaces: plan.namespaces.map(({ name, labels, clusters }) => ({ name, labels, clusters })),
    ...(plan.accepted.length === 0 ? {} : { accepted: plan.accepted.map(acceptedFact) }),
  };
}

/** Where the configuration has it is for its own problems alone. */
function acceptedFact({ clusters, finding, reason, until }: AcceptedFinding): AcceptedFinding {
  return {
    finding,
    ...(clusters === undefined ? {} : { clusters }),
    reason,
    ...(until === undefined ? {} : { until }),
  };
}

function gatewayFacts({ type, addresses, port }: EastWestGatewayPlan): GatewayFacts {
  return { type, ...(addresses === undefined ? {} : { addresses }), port };
}

/** The clusters whose istiods serve some. */
export function controlPlanesOf(mesh: MeshFacts, clusters: readonly string[]): string[] {
  return [
    ...new Set(mesh.clusters.filter(({ name }) => clusters.includes(name)).map(({ controlPlane }) => controlPlane)),
  ];
}
