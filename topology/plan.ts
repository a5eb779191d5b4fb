import { configurationPath } from "./path";
import type { Mesh } from "./schema";

/** How the field calls the way in which a cluster is joined. */
export type Model = "single-cluster" | "multi-primary" | "multi-primary-multi-network";

/** What follows from the configuration for one cluster. Plain data, known at preview. */
export interface ClusterPlan {
  readonly name: string;
  readonly network: string;
  /** The cluster whose istiod serves this one's proxies; its own name for a primary. */
  readonly controlPlane: string;
  readonly model: Model;
  /** Whether traffic from another network enters here, so that an east-west gateway is needed. */
  readonly eastWestGateway: boolean;
  /** Names of the clusters whose API servers this one's istiod reads, sorted; empty for a mesh of one. */
  readonly reads: readonly string[];
  /** The kubeconfig context, and the file that holds it where one is named. */
  readonly access: AccessPlan;
}

/** How a cluster is reached, as the user named it. */
export interface AccessPlan {
  readonly context: string;
  readonly kubeconfig?: string;
  /** Where the configuration names the file, for problems with it. */
  readonly kubeconfigPath?: string;
}

/** Everything that the components need to know, derived from the configuration. */
export interface MeshPlan {
  readonly id: string;
  readonly trustDomain: string;
  readonly istio: IstioPlan;
  readonly trust: Mesh["trust"];
  readonly sample: SamplePlan;
  /** Sorted by name, so that plans compare and resources come in a stable order. */
  readonly clusters: readonly ClusterPlan[];
}

/** Which Istio is installed, and where from. */
export interface IstioPlan {
  readonly version: string;
  readonly charts: { readonly repository: string } | { readonly directory: string };
  readonly hub: string;
  readonly tag: string;
  readonly values: {
    readonly base: Record<string, unknown>;
    readonly istiod: Record<string, unknown>;
    readonly gateway: Record<string, unknown>;
  };
}

/** Images of the sample application by which a mesh is verified. */
export interface SamplePlan {
  /** Istio's helloworld; which version it answers with is set where it is run. */
  readonly helloworldImage: string;
  /** An image with `curl` and `sleep`. */
  readonly clientImage: string;
}

/** Istio's public chart repository since 1.31 (istio.io, 1.31 upgrade notes). */
export const publicChartRepository = "https://blob.istio.io/istio-release/charts";

/** Derives the plan of a valid mesh. Pure. */
export function planMesh(mesh: Mesh): MeshPlan {
  const names = Object.keys(mesh.clusters).sort();
  const networks = new Set(Object.values(mesh.clusters).map((cluster) => cluster.network));
  return {
    id: mesh.id,
    trustDomain: mesh.trustDomain ?? `${mesh.id}.internal`,
    istio: {
      version: mesh.istio.version,
      charts: mesh.istio.charts ?? { repository: publicChartRepository },
      hub: mesh.istio.hub,
      tag: mesh.istio.tag ?? mesh.istio.version,
      values: {
        base: mesh.istio.values.base ?? {},
        istiod: mesh.istio.values.istiod ?? {},
        gateway: mesh.istio.values.gateway ?? {},
      },
    },
    trust: mesh.trust,
    sample: {
      helloworldImage: `${mesh.sample.hub ?? mesh.istio.hub}/examples-helloworld-v1:1.0`,
      clientImage: mesh.sample.clientImage,
    },
    clusters: names.map((name) => planCluster(mesh, name, names, networks.size > 1)),
  };
}

function planCluster(mesh: Mesh, name: string, names: readonly string[], severalNetworks: boolean): ClusterPlan {
  const cluster = mesh.clusters[name];
  if (cluster === undefined) throw new RangeError(`no cluster ${name}`);
  return {
    name,
    network: cluster.network,
    controlPlane: name,
    model: modelOf(names.length, severalNetworks),
    eastWestGateway: severalNetworks,
    reads: names.filter((other) => other !== name),
    access: planAccess(mesh, name, cluster.access),
  };
}

function planAccess(mesh: Mesh, name: string, access: Mesh["clusters"][string]["access"]): AccessPlan {
  const { context, kubeconfig } = access;
  if (kubeconfig !== undefined) {
    return { context, kubeconfig, kubeconfigPath: configurationPath("clusters", name, "access", "kubeconfig") };
  }
  if (mesh.kubeconfig === undefined) return { context };
  return { context, kubeconfig: mesh.kubeconfig, kubeconfigPath: configurationPath("kubeconfig") };
}

function modelOf(clusters: number, severalNetworks: boolean): Model {
  if (clusters === 1) return "single-cluster";
  return severalNetworks ? "multi-primary-multi-network" : "multi-primary";
}
