import type { Mesh } from "../schema";
import { planAccepted, type AcceptedFindingPlan } from "./accepted";
import { planCluster, planExternal, type ClusterPlan, type SitePlan } from "./cluster-plan";
import { planControlPlanes, type ControlPlanePlan } from "./control-plane-plan";
import { planGlobalServices, type GlobalServicesPlan } from "./global-services";
import { planIstio, type IstioPlan } from "./istio-plan";
import { joiningOf } from "./joining";
import { planMachines, type MachinePlan } from "./machine-plan";
import type { StandingMutualTls } from "./mutual-tls-mode";
import { planNamespaces, type NamespacePlan } from "./namespace-plan";
import { planSameness, type SamenessPlan } from "./sameness";

/** Everything that the components need to know, derived from the configuration. */
export interface MeshPlan {
  readonly id: string;
  readonly trustDomain: string;
  /** What the mesh was called before, where it was renamed. */
  readonly replaces: { readonly id?: string; readonly trustDomain?: string };
  readonly istio: IstioPlan;
  readonly trust: Mesh["trust"];
  /** How its workloads take calls; `unset`: the configuration does not say, and what a mesh has follows from its last update. */
  readonly mtls: StandingMutualTls | "unset";
  readonly sample: SamplePlan;
  /** The clusters of the mesh, sorted by name, so that plans compare and resources come in a stable order. */
  readonly clusters: readonly ClusterPlan[];
  /** Clusters that only run control planes, sorted by name. */
  readonly externalControlPlanes: readonly SitePlan[];
  /** Every istiod, sorted by the name of the cluster that it runs in. */
  readonly controlPlanes: readonly ControlPlanePlan[];
  /** Namespaces of the mesh's workloads, sorted by name. */
  readonly namespaces: readonly NamespacePlan[];
  /** Which Services of one name are one service in all clusters. */
  readonly sameness: SamenessPlan;
  /** Services that have one name everywhere. */
  readonly globalServices: GlobalServicesPlan;
  /** Machines outside Kubernetes, sorted by name. */
  readonly machines: readonly MachinePlan[];
  /** What may be found in the mesh and is meant to be so. */
  readonly accepted: readonly AcceptedFindingPlan[];
  /** How the mesh is cut into Pulumi stacks. */
  readonly stacks: Mesh["stacks"];
}

/** Images of the sample application by which a mesh is verified. */
export interface SamplePlan {
  /** Istio's helloworld; which version it answers with is set where it is run. */
  readonly helloworldImage: string;
  /** An image with `curl` and `sleep`. */
  readonly clientImage: string;
  /** Whether the Secrets by which its images are pulled are copied into its namespace, or only named. */
  readonly pullSecrets: "named" | "copied";
}

/** Derives the plan of a valid mesh. Pure. */
export function planMesh(mesh: Mesh): MeshPlan {
  const joining = joiningOf(mesh);
  const clusters = Object.keys(mesh.clusters)
    .sort()
    .map((name) => planCluster(mesh, name, joining));
  const { id, trustDomain } = mesh.replaces ?? {};
  return {
    id: mesh.id,
    trustDomain: mesh.trustDomain ?? `${mesh.id}.internal`,
    replaces: { ...(id === undefined ? {} : { id }), ...(trustDomain === undefined ? {} : { trustDomain }) },
    istio: planIstio(mesh),
    trust: mesh.trust,
    mtls: mesh.mtls ?? "unset",
    sample: {
      helloworldImage: `${mesh.sample.hub ?? mesh.istio.hub}/examples-helloworld-v1:1.0`,
      clientImage: mesh.sample.clientImage,
      pullSecrets: mesh.sample.pullSecrets,
    },
    clusters,
    externalControlPlanes: Object.keys(mesh.externalControlPlanes)
      .sort()
      .map((name) => planExternal(mesh, name)),
    controlPlanes: planControlPlanes(mesh, joining, clusters),
    namespaces: planNamespaces(mesh),
    sameness: planSameness(mesh),
    globalServices: planGlobalServices(mesh),
    machines: planMachines(mesh),
    accepted: planAccepted(mesh),
    stacks: mesh.stacks,
  };
}

/** Every Kubernetes cluster that something is installed into. */
export function sitesOf(plan: MeshPlan): readonly SitePlan[] {
  return [...plan.clusters, ...plan.externalControlPlanes];
}

/** The control plane that runs in a cluster; undefined for a remote cluster. */
export function controlPlaneIn(plan: MeshPlan, site: string): ControlPlanePlan | undefined {
  return plan.controlPlanes.find(({ name }) => name === site);
}
