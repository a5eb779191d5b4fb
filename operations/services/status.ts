import type { GlobalHome, GlobalName, MeshPlan } from "../../topology";
import type { CallerStatus, GlobalNameStatus, HomeStatus, ServicesReport } from "./report";

/** What was found of the pods of a service in a cluster. */
export type FoundPods = Pick<HomeStatus, "ready" | "pods" | "withoutSidecar" | "trouble">;

/** What was found, by service and cluster. */
export type FoundByHome = (service: string, cluster: string) => FoundPods;

/** Where the global services of a mesh stand, from its file and from pods that were found. Pure. */
export function servicesReport(plan: MeshPlan, found: FoundByHome): ServicesReport {
  const names = plan.globalServices.services.flatMap(({ homes, name: service, names: own }) =>
    own.map((name): GlobalNameStatus => {
      const answering = homes.filter(({ cluster }) => (name.pinned ?? cluster) === cluster);
      const status = answering.map((home): HomeStatus => {
        return { cluster: home.cluster, namespace: home.namespace, ...found(service, home.cluster) };
      });
      return {
        name: name.host,
        service,
        ...orderOf(name),
        homes: status,
        callers: plan.clusters.flatMap(({ name: cluster }) => callerStatus(plan, cluster, name, status) ?? []),
      };
    }),
  );
  return { mesh: plan.id, names };
}

/** Whether every name would be answered from everywhere, as far as it is known. Pure. */
export function isAnswered({ names }: ServicesReport): boolean {
  return names.every(
    ({ callers, homes }) =>
      homes.every(({ trouble }) => trouble === undefined) && callers.every(({ calls }) => calls.length > 0),
  );
}

/** Pods of a home, by what selects them. */
export function podsOf(home: GlobalHome): { readonly path: string; readonly query: Readonly<Record<string, string>> } {
  const labelSelector = Object.entries(home.selector)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
  return { path: `/api/v1/namespaces/${home.namespace}/pods`, query: { labelSelector } };
}

function orderOf({ order, pinned }: GlobalName): Pick<GlobalNameStatus, "order" | "cluster" | "shares"> {
  if (pinned !== undefined) return { order: "pinned", cluster: pinned };
  switch (order.kind) {
    case "cluster-first":
      return { order: order.kind, cluster: order.cluster };
    case "weighted":
      return { order: order.kind, shares: order.shares.map(({ cluster, percent }) => ({ cluster, percent })) };
    case "local-first":
    case "nearest":
    case "even":
      return { order: order.kind };
  }
}

/** @returns Undefined for a cluster that knows none of the clusters in which the service runs, and so not the name. */
function callerStatus(
  plan: MeshPlan,
  cluster: string,
  name: GlobalName,
  homes: readonly HomeStatus[],
): CallerStatus | undefined {
  const reaches = plan.clusters.find((one) => one.name === cluster)?.reaches ?? [];
  const reached = homes.filter((home) => reaches.includes(home.cluster));
  if (reached.length === 0) return undefined;
  const { order } = name;
  if (order.kind !== "weighted") return { cluster, calls: callsFrom(plan, cluster, name, reached) };
  const shares = order.shares.map((share) =>
    callsFrom(plan, cluster, { ...name, order: { kind: "cluster-first", cluster: share.cluster } }, reached),
  );
  const known = shares.filter((calls) => calls !== "not-known");
  return { cluster, calls: known.length < shares.length ? "not-known" : [...new Set(known.flat())].sort() };
}

/** Who is called from a cluster by a name with one order for all calls. */
function callsFrom(
  plan: MeshPlan,
  cluster: string,
  name: GlobalName,
  reached: readonly HomeStatus[],
): CallerStatus["calls"] {
  for (const tier of tiersFor(plan, cluster, name, reached)) {
    if (tier.some(({ trouble }) => trouble !== undefined)) return "not-known";
    const ready = tier.filter((home) => (home.ready ?? 0) > 0 && isReachable(plan, cluster, home));
    if (ready.length > 0) return ready.map((home) => home.cluster);
  }
  return [];
}

/** Another network is reached through gateways, which lead to pods with a sidecar alone. */
function isReachable(
  plan: MeshPlan,
  cluster: string,
  { cluster: other, ready = 0, withoutSidecar = 0 }: HomeStatus,
): boolean {
  return networkOf(plan, cluster) === networkOf(plan, other) || ready > withoutSidecar;
}

/** Those that are called first, and those that are called when none of these has a pod. */
function tiersFor(
  plan: MeshPlan,
  cluster: string,
  { order, pinned }: GlobalName,
  homes: readonly HomeStatus[],
): readonly (readonly HomeStatus[])[] {
  if (pinned !== undefined || order.kind === "even" || order.kind === "nearest") return [homes];
  const isFirst = (home: HomeStatus): boolean =>
    home.cluster === (order.kind === "cluster-first" ? order.cluster : cluster);
  const isNear = (home: HomeStatus): boolean =>
    order.kind === "local-first" && networkOf(plan, home.cluster) === networkOf(plan, cluster);
  return [
    homes.filter(isFirst),
    homes.filter((home) => !isFirst(home) && isNear(home)),
    homes.filter((home) => !isFirst(home) && !isNear(home)),
  ];
}

function networkOf(plan: MeshPlan, cluster: string): string | undefined {
  return plan.clusters.find(({ name }) => name === cluster)?.network;
}
