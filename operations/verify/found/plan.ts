import type { ClusterFacts, GatewayFacts, MeshFacts } from "../../../diagnosis";
import {
  parseMesh,
  planMesh,
  type ClusterPlan,
  type ControlPlanePlan,
  type EastWestGatewayPlan,
  type MeshPlan,
  type SitePlan,
} from "../../../topology";
import type { LeftOut } from "../selection";
import { samenessIn } from "./sameness";
import type { FoundSettings } from "./settings";

/** Where a cluster's kubeconfig context stands on the command line. */
const contextsOption = "--contexts";

/** A cluster that was found: how the kubeconfig calls it, and what it says of its istiod. */
export interface FoundSite {
  readonly context: string;
  /** Left out where nobody could read it. */
  readonly settings?: FoundSettings;
}

/** What the clusters say that a mesh's file would. */
export interface FoundPlan {
  readonly plan: MeshPlan;
  /** What of it they do not say, and is not judged for that. */
  readonly notJudged: readonly LeftOut[];
}

/**
 * The plan of a mesh that Isthmus did not build, as far as its clusters say it: what none of them does is as in a mesh's file
 * that does not say it. Pure.
 * @param sites By the names of the clusters in the mesh.
 */
export function planOfFound(mesh: MeshFacts, sites: ReadonlyMap<string, FoundSite>): FoundPlan {
  const base = planMesh(parseMesh(leastMesh));
  const [clusterBase, controlPlaneBase] = [base.clusters[0], base.controlPlanes[0]];
  if (clusterBase === undefined || controlPlaneBase === undefined) throw new RangeError("no cluster is planned");
  const settings = [...sites.values()].flatMap((site) => site.settings ?? []);
  const hub = settings.find((one) => one.hub !== undefined)?.hub ?? base.istio.hub;
  const trustDomain = settings
    .map(({ meshConfig }) => meshConfig["trustDomain"])
    .find((one) => typeof one === "string");
  const plan: MeshPlan = {
    ...base,
    id: mesh.id,
    trustDomain: typeof trustDomain === "string" ? trustDomain : "cluster.local",
    sample: { ...base.sample, helloworldImage: `${hub}/examples-helloworld-v1:1.0` },
    sameness: samenessIn(settings),
    clusters: mesh.clusters.map((facts): ClusterPlan => clusterOf(clusterBase, facts, sites)).sort(byName),
    externalControlPlanes: mesh.sites
      .filter((name) => !mesh.clusters.some((cluster) => cluster.name === name))
      .map((name) => siteOf(clusterBase, name, sites))
      .sort(byName),
    controlPlanes: mesh.controlPlanes
      .map(({ configCluster, kind, name, reads, serves }): ControlPlanePlan => ({
        ...controlPlaneBase,
        name,
        kind,
        configCluster,
        serves,
        reads,
        values: { ...controlPlaneBase.values, istiod: valuesOf(sites.get(configCluster)?.settings) },
      }))
      .sort(byName),
  };
  return { plan, notJudged: gatewaysNotJudged(mesh) };
}

/** What is as it is by default stands in one place, the schema. */
const leastMesh = {
  id: "mesh",
  istio: { version: "1.31.1" },
  clusters: { cluster: { network: "network", access: { context: "context" } } },
};

function clusterOf(base: ClusterPlan, facts: ClusterFacts, sites: ReadonlyMap<string, FoundSite>): ClusterPlan {
  const { configCluster, controlPlane, eastWestGateway, name, network, reaches } = facts;
  const gateway = eastWestGateway && gatewayOf(eastWestGateway);
  return {
    ...base,
    ...siteOf(base, name, sites),
    network,
    controlPlane,
    role: controlPlane === name ? "primary" : "remote",
    configCluster,
    reaches,
    ...(gateway === undefined ? {} : { eastWestGateway: gateway }),
  };
}

function siteOf({ ifUnreachable }: SitePlan, name: string, sites: ReadonlyMap<string, FoundSite>): SitePlan {
  const context = sites.get(name)?.context ?? name;
  return {
    name,
    path: contextsOption,
    ifUnreachable,
    access: { source: "file", path: contextsOption, context },
    imagePullSecrets: [],
  };
}

/** Where addresses are fixed, or known otherwise, the Service is not to have any of a load balancer. */
function gatewayOf({ addresses, port, type }: GatewayFacts): EastWestGatewayPlan | undefined {
  if (addresses !== undefined) return undefined;
  return { type, port, annotations: {}, timeoutSeconds: 0 };
}

function gatewaysNotJudged({ clusters }: MeshFacts): LeftOut[] {
  const names = clusters
    .filter(({ eastWestGateway }) => eastWestGateway?.addresses !== undefined)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const reason = `${names.join(", ")}: which addresses count of a gateway that is no load balancer's, or is named in meshNetworks, nothing there says`;
  return ["cross-network-gateway", "gateway-ready"].map((id) => ({ id, reason }));
}

/** What of istiod's values decides how the sample is made and called. */
function valuesOf(settings: FoundSettings | undefined): ControlPlanePlan["values"]["istiod"] {
  if (settings === undefined) return {};
  const { clusterDomain, meshConfig } = settings;
  return {
    meshConfig: { discoverySelectors: meshConfig["discoverySelectors"] ?? [] },
    ...(clusterDomain === undefined ? {} : { global: { proxy: { clusterDomain } } }),
  };
}

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : 1;
