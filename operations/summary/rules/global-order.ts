import type { ClusterView } from "../comparison";
import { at, isTree, type Properties } from "../properties";

/** Who is called first by a rule, in words. Pure. */
export function orderIn(rule: Properties | undefined): string {
  const setting = at(rule, "spec", "trafficPolicy", "loadBalancer", "localityLbSetting");
  if (!isTree(setting)) return "an order that is not known";
  if (setting["enabled"] === false) return "all clusters alike";
  return [firstIn(setting), ...regionsIn(setting)].join(", ");
}

function firstIn(setting: Properties): string {
  const priority: unknown = setting["failoverPriority"];
  const [first] = Array.isArray(priority) ? (priority as unknown[]) : [];
  if (first === undefined) return "the nearest first";
  const cluster = clusterFirstIn(setting);
  return cluster === undefined ? "the caller's cluster first" : `${cluster} first`;
}

function clusterFirstIn(setting: Properties): string | undefined {
  const priority: unknown = setting["failoverPriority"];
  const [first] = Array.isArray(priority) ? (priority as unknown[]) : [];
  return /^topology\.istio\.io\/cluster=(.+)$/.exec(typeof first === "string" ? first : "")?.[1];
}

/** Which region comes next to which. */
function regionsIn(setting: Properties): string[] {
  const failover: unknown = setting["failover"];
  if (!Array.isArray(failover)) return [];
  return (failover as unknown[]).flatMap((one) => {
    const [from, to] = isTree(one) ? [one["from"], one["to"]] : [];
    return typeof from === "string" && typeof to === "string" ? [`${to} next to ${from}`] : [];
  });
}

/** Which cluster has which share of calls by a route, in words; undefined where they are not shared out. Pure. */
export function sharesIn(view: ClusterView, route: Properties | undefined): string | undefined {
  const own = at(route, "spec", "hosts");
  const destinations = destinationsIn(route).filter(({ host }) => !Array.isArray(own) || !own.includes(host));
  if (destinations.length === 0) return undefined;
  return destinations.map(({ host, percent }) => `${clusterOf(view, host)} ${percent} %`).join(", ");
}

/** The names that a route leads to. Pure. */
export function hostsIn(route: Properties | undefined): string[] {
  return destinationsIn(route).map(({ host }) => host);
}

function destinationsIn(route: Properties | undefined): { readonly host: string; readonly percent: number }[] {
  const [first] = [at(route, "spec", "http"), at(route, "spec", "tcp")].filter(Array.isArray) as unknown[][];
  const found = first?.[0] as Properties | undefined;
  const destinations = at(found, "route");
  if (!Array.isArray(destinations)) return [];
  return (destinations as Properties[]).flatMap((destination) => {
    const [host, weight] = [at(destination, "destination", "host"), destination["weight"]];
    return typeof host === "string" ? [{ host, percent: typeof weight === "number" ? weight : 100 }] : [];
  });
}

/** For which cluster a name is: as the mesh has it, else as the rule that goes had it; else the name itself. */
function clusterOf({ mesh, steps }: ClusterView, host: string): string {
  const planned = mesh.plan.globalServices.services
    .flatMap(({ names }) => names)
    .find((name) => name.host === host)?.order;
  if (planned?.kind === "cluster-first") return planned.cluster;
  const rule = steps.find(({ subject }) => subject.part === `${host} rule`);
  const setting = at(rule?.before, "spec", "trafficPolicy", "loadBalancer", "localityLbSetting");
  return (isTree(setting) ? clusterFirstIn(setting) : undefined) ?? host;
}
