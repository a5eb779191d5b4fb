import type { ControlPlanePlan } from "./control-plane-plan";
import { globalAddresses } from "./global-address";
import type {
  FailoverPolicy,
  GlobalHome,
  GlobalName,
  GlobalOrder,
  GlobalPort,
  GlobalServicePlan,
  RegionFailover,
} from "./global-services";
import type { MeshPlan } from "./mesh-plan";
import { clusterLabel, systemNamespace } from "../names";

/** A name of a global service as one istiod is told of it. Plain data, all known at preview. */
export interface PlacedName {
  readonly host: string;
  /** Where its objects stand: the namespace of the pods, else that of the control plane. */
  readonly namespace: string;
  readonly ports: readonly GlobalPort[];
  /**
   * Labels by which the pods of `namespace` are found, in all clusters that the istiod knows; several where clusters are told
   * apart, none where the istiod's own clusters have nothing to do with the service.
   */
  readonly selectors: readonly Readonly<Record<string, string>>[];
  /** Networks whose gateways lead to pods that are found under another namespace there, sorted. */
  readonly networks: readonly string[];
  /**
   * Addresses of the name, one of each family. istiod would give it some as well, but to each entry of a name another one, and
   * in each cluster others.
   */
  readonly addresses: readonly string[];
  /** SPIFFE identities of the servers; none where istiod knows them by the pods. */
  readonly identities: readonly string[];
  readonly order: GlobalOrder;
  /** Sorted by region; left out where there is none, and where all servers are called alike. */
  readonly nextRegions?: readonly RegionFailover[];
  /** Namespaces whose proxies are told of the name, sorted; undefined where all are. */
  readonly exportTo?: readonly string[];
  readonly failover: FailoverPolicy;
}

/** A global service as one istiod is told of it. */
export interface PlacedService {
  /** Its name in the configuration. */
  readonly name: string;
  readonly names: readonly PlacedName[];
}

/**
 * The global services of a cluster: an istiod is told of them in the cluster that holds its configuration, for the workloads
 * of all clusters that it serves, and of those alone of which it knows a cluster. Pure.
 */
export function globalServicesIn(plan: MeshPlan, cluster: string): readonly PlacedService[] {
  const plane = plan.controlPlanes.find(({ configCluster }) => configCluster === cluster);
  if (plane === undefined) return [];
  const addresses = globalAddresses(plan.globalServices.services.flatMap(({ names }) => names.map(({ host }) => host)));
  return plan.globalServices.services.flatMap((service): PlacedService[] => {
    const names = service.names.flatMap((name) => placedName({ plan, plane, service, addresses }, name) ?? []);
    return names.length === 0 ? [] : [{ name: service.name, names }];
  });
}

/** Names by which the gateways of an istiod's clusters are called, sorted. Pure. */
export function globalHostsIn(plan: MeshPlan, cluster: string): readonly string[] {
  return globalServicesIn(plan, cluster)
    .flatMap(({ names }) => names.map(({ host }) => host))
    .sort();
}

/**
 * Global services that are called by the regions of nodes, and that run in a cluster or are called from there, by their names in
 * the configuration. Pure.
 */
export function servicesByRegionIn(plan: MeshPlan, cluster: string): string[] {
  const reaches = plan.clusters.find(({ name }) => name === cluster)?.reaches ?? [];
  return plan.globalServices.services
    .filter(
      ({ names, nextRegions }) => nextRegions !== undefined || names.some(({ order }) => order.kind === "nearest"),
    )
    .filter(({ homes }) => homes.some((home) => reaches.includes(home.cluster)))
    .map(({ name }) => name);
}

interface Place {
  readonly plan: MeshPlan;
  readonly plane: ControlPlanePlan;
  readonly service: GlobalServicePlan;
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}

function placedName({ plan, plane, service, addresses }: Place, name: GlobalName): PlacedName | undefined {
  const known = new Set([...plane.serves, ...plane.reads]);
  const all = service.homes.filter(({ cluster }) => known.has(cluster));
  const homes = all.filter(({ cluster }) => (name.pinned ?? cluster) === cluster);
  if (homes.length === 0) return undefined;
  const found = homesFound(plane, all, homes, (inCluster, namespace) =>
    plan.namespaces.some((one) => one.name === namespace && one.clusters.includes(inCluster)),
  );
  const elsewhere = homes.filter((home) => !found.includes(home));
  const networks = [...new Set(elsewhere.map(({ cluster }) => networkOf(plan, cluster)))].sort();
  const isWhole = service.isEverywhere && name.pinned === undefined;
  const selectors = isWhole
    ? found.slice(0, 1).map(({ selector }) => selector)
    : found.map(({ cluster, selector }) => ({ ...selector, [clusterLabel]: cluster }));
  return {
    host: name.host,
    namespace: found[0]?.namespace ?? systemNamespace,
    ports: service.ports,
    selectors,
    networks,
    addresses: addresses.get(name.host) ?? [],
    identities: networks.length === 0 ? [] : identitiesOf(plan, homes),
    order: name.order,
    ...(service.nextRegions === undefined || name.order.kind === "even" ? {} : { nextRegions: service.nextRegions }),
    ...(service.exportTo === undefined ? {} : { exportTo: toldIn(service.exportTo, service.homes) }),
    failover: service.failover,
  };
}

/** Beside those that are named: the namespaces of the servers, and that of the gateways by which other networks come in. */
function toldIn(exportTo: readonly string[], homes: readonly GlobalHome[]): string[] {
  return [...new Set([...exportTo, ...homes.map(({ namespace }) => namespace), systemNamespace])].sort();
}

/**
 * Those whose pods the istiod finds by their labels: those of its own clusters, and all that are called alike. Where it serves
 * none of them, all that are called alike, if the namespace is there to hold what selects them. Pure.
 * @param all Homes of the service in clusters that the istiod knows.
 * @param homes Those of them that answer the name.
 */
export function homesFound(
  { configCluster, serves }: Pick<ControlPlanePlan, "configCluster" | "serves">,
  all: readonly GlobalHome[],
  homes: readonly GlobalHome[],
  hasNamespace: (cluster: string, namespace: string) => boolean,
): readonly GlobalHome[] {
  const own = all.find(({ cluster }) => serves.includes(cluster));
  const [first] = homes;
  const chosen = own ?? (first !== undefined && homes.every((home) => samePods(home, first)) ? first : undefined);
  if (chosen === undefined || !hasNamespace(configCluster, chosen.namespace)) return [];
  return homes.filter((home) => samePods(home, chosen));
}

/** Whether the pods of two clusters are called alike: one selection finds both. Pure. */
function samePods(
  one: Pick<GlobalHome, "namespace" | "selector">,
  other: Pick<GlobalHome, "namespace" | "selector">,
): boolean {
  const keys = new Set([...Object.keys(one.selector), ...Object.keys(other.selector)]);
  return one.namespace === other.namespace && [...keys].every((key) => one.selector[key] === other.selector[key]);
}

function networkOf(plan: MeshPlan, cluster: string): string {
  return plan.clusters.find(({ name }) => name === cluster)?.network ?? "";
}

/** With the mesh's former trust domain where it was renamed: workloads bear it until their certificates are renewed. */
function identitiesOf({ replaces, trustDomain }: MeshPlan, homes: readonly GlobalHome[]): string[] {
  const domains = [trustDomain, ...(replaces.trustDomain === undefined ? [] : [replaces.trustDomain])];
  const identities = homes.flatMap(({ namespace, serviceAccount = "default" }) =>
    domains.map((domain) => `spiffe://${domain}/ns/${namespace}/sa/${serviceAccount}`),
  );
  return [...new Set(identities)].sort();
}
