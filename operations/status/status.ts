import { dataWithoutSecrets, sitesOf, type MeshPlan, type SitePlan } from "../../topology";
import { factsOf } from "./facts";
import { judge } from "./judge";
import type { MeshClusterStatus, MeshStatus } from "./report";
import { foundIn, type SeenCluster } from "./seen";

/**
 * How a mesh stands, from what its clusters showed. Pure.
 * @param seen By name; of a cluster that is not among them nobody says how it is reached.
 */
export function meshStatus(plan: MeshPlan, seen: ReadonlyMap<string, SeenCluster>, now = new Date()): MeshStatus {
  const networks = [...new Set(plan.clusters.map(({ network }) => network))].sort();
  const sites = sitesOf(plan);
  const silent = sites.map(({ name }) => name).filter((name) => foundIn(seen.get(name)?.kubernetes) === undefined);
  return dataWithoutSecrets({
    mesh: plan.id,
    trustDomain: plan.trustDomain,
    istio: { version: plan.istio.version, tag: plan.istio.tag },
    networks: networks.map((name) => ({
      name,
      clusters: plan.clusters.filter(({ network }) => network === name).map((cluster) => cluster.name),
    })),
    clusters: sites.map((site) => clusterStatus(plan, site, seen.get(site.name) ?? unasked, silent, now)),
  });
}

const unaskedReason = { reason: "nobody says how it is reached", isByRights: false } as const;
const unasked: SeenCluster = { kubernetes: unaskedReason, systemNamespace: unaskedReason };

function clusterStatus(
  plan: MeshPlan,
  site: SitePlan,
  seen: SeenCluster,
  silent: readonly string[],
  now: Date,
): MeshClusterStatus {
  const cluster = plan.clusters.find(({ name }) => name === site.name);
  const place = {
    cluster: site.name,
    role: cluster?.role ?? "external",
    ...(cluster === undefined
      ? {}
      : { model: cluster.model, network: cluster.network, controlPlane: cluster.controlPlane }),
  } as const;
  if (!("found" in seen.kubernetes)) {
    const status = site.ifUnreachable === "skip" ? "left-out" : "silent";
    return { ...place, status, troubles: [seen.kubernetes.reason], warnings: [], unread: [] };
  }
  const facts = factsOf(plan, site.name, seen, now);
  const { troubles, unread, warnings } = judge(plan, site.name, seen, facts, silent);
  return {
    ...place,
    status: troubles.length > 0 ? "trouble" : warnings.length > 0 ? "warning" : "in-order",
    kubernetes: seen.kubernetes.found,
    ...facts,
    troubles,
    warnings,
    unread,
  };
}
