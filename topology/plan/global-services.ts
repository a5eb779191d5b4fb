import { configurationPath } from "../path";
import type { Mesh } from "../schema";
import { nameFrom } from "../schema/global-services";

/** A port of a global service. */
export interface GlobalPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTP2" | "GRPC" | "TCP";
  /** Port of the pods; undefined where it is the same. */
  readonly targetPort?: number;
}

/** Where a global service runs. */
export interface GlobalHome {
  readonly cluster: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  /** By which callers know its pods; undefined where istiod finds it by itself. */
  readonly serviceAccount?: string;
}

/** A cluster's share of the calls of a name. */
export interface GlobalShare {
  readonly cluster: string;
  /** The name that takes it: one of the service's for which that cluster comes first. */
  readonly host: string;
  /** In percent, above 0; together they are 100. */
  readonly percent: number;
}

/**
 * Who is called first. `local-first`: the caller's cluster, then its network, then the others; `nearest`: the caller's zone,
 * then its region, then the others; `even`: all alike; `cluster-first`: one cluster, from wherever calls come, then the others;
 * `weighted`: clusters by their shares, sorted by cluster, each `cluster-first`.
 */
export type GlobalOrder =
  | { readonly kind: "local-first" | "nearest" | "even" }
  | { readonly kind: "cluster-first"; readonly cluster: string }
  | { readonly kind: "weighted"; readonly shares: readonly GlobalShare[] };

/** Where calls go from a region once nobody is left there, before all other regions. */
export interface RegionFailover {
  readonly from: string;
  readonly to: string;
}

/** One name of a global service. */
export interface GlobalName {
  readonly host: string;
  readonly order: GlobalOrder;
  /** The one cluster that answers it; undefined where all of the service's do. */
  readonly pinned?: string;
}

/** When proxies go elsewhere. The configuration's reference has the defaults, each with its reason. */
export interface FailoverPolicy {
  /** Calls in a row that found no server, after which an endpoint is left out. */
  readonly errors: number;
  /** For so long it is left out the first time, in seconds. */
  readonly ejectionSeconds: number;
  /** For so long a connection is waited for, in seconds. */
  readonly connectTimeoutSeconds: number;
  /** How often a request is sent again where it surely was not worked on. */
  readonly retries: number;
  /** For so long a whole answer is waited for, in seconds, before the request is sent elsewhere; undefined: without a limit. */
  readonly perTryTimeoutSeconds?: number | undefined;
  /** Requests after which a connection is made anew. */
  readonly requestsPerConnection: number;
}

/** A service that has one name in every cluster. */
export interface GlobalServicePlan {
  /** Its name in the configuration. */
  readonly name: string;
  /** Where the configuration describes it. */
  readonly path: string;
  /** Sorted by name. */
  readonly ports: readonly GlobalPort[];
  /** Sorted by cluster. */
  readonly homes: readonly GlobalHome[];
  /** Whether `homes` are all clusters that have its namespace, so that its pods need not be told apart by their cluster. */
  readonly isEverywhere: boolean;
  /** For its names that are not pinned, sorted by region; left out where there is none. */
  readonly nextRegions?: readonly RegionFailover[];
  /** Its own name comes first, the others by their own. */
  readonly names: readonly GlobalName[];
  /** Namespaces whose workloads know the names beside its own, sorted; undefined where all do. */
  readonly exportTo?: readonly string[];
  readonly failover: FailoverPolicy;
}

/** The global services of a mesh, and whether all its pods are to know their names. */
export interface GlobalServicesPlan {
  readonly services: readonly GlobalServicePlan[];
  /** Whether every sidecar answers DNS. */
  readonly capturesDns: boolean;
}

/** Plans the global services of a valid mesh. Pure. */
export function planGlobalServices(mesh: Mesh): GlobalServicesPlan {
  const { services } = mesh.globalServices;
  const planned = Object.keys(services)
    .sort()
    .map((name) => planService(mesh, name));
  const { dnsCapture = planned.length > 0 ? "all-pods" : "annotated-pods" } = mesh.globalServices;
  return { services: planned, capturesDns: dnsCapture === "all-pods" };
}

type ServiceConfig = Mesh["globalServices"]["services"][string];

function planService(mesh: Mesh, name: string): GlobalServicePlan {
  const service = mesh.globalServices.services[name];
  if (service === undefined) throw new RangeError(`no global service ${name}`);
  const homes = homesOf(mesh, service);
  const host =
    service.name ?? nameFrom(mesh.globalServices.names, { service: name, namespace: homes[0]?.namespace ?? "" });
  const { pinned, preferring } = service;
  const others: GlobalName[] = [
    ...Object.entries(pinned).map(([other, cluster]) => ({
      host: other,
      order: { kind: "even" } as const,
      pinned: cluster,
    })),
    ...Object.entries(preferring).map(([other, cluster]) => ({
      host: other,
      order: { kind: "cluster-first", cluster } as const,
    })),
  ];
  return {
    name,
    path: configurationPath("globalServices", "services", name),
    ports: Object.entries(service.ports)
      .map(([portName, { port, protocol, targetPort }]) => ({
        name: portName,
        port,
        protocol: protocol ?? protocolCalled(portName),
        ...(targetPort === undefined || targetPort === port ? {} : { targetPort }),
      }))
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
    homes,
    isEverywhere: service.clusters === undefined,
    ...nextRegionsOf(service),
    names: [{ host, order: orderOf(service) }, ...others.sort((left, right) => (left.host < right.host ? -1 : 1))],
    ...(service.exportTo === undefined ? {} : { exportTo: [...new Set(service.exportTo)].sort() }),
    failover: service.failover,
  };
}

function orderOf({ first, order, preferring, weights }: ServiceConfig): GlobalOrder {
  if (weights !== undefined) return { kind: "weighted", shares: sharesOf(weights, preferring) };
  return first === undefined ? { kind: order } : { kind: "cluster-first", cluster: first };
}

function sharesOf(
  weights: NonNullable<ServiceConfig["weights"]>,
  preferring: ServiceConfig["preferring"],
): readonly GlobalShare[] {
  const hosts = Object.keys(preferring).sort();
  return Object.entries(weights)
    .filter(([, percent]) => percent > 0)
    .map(([cluster, percent]) => {
      const host = hosts.find((one) => preferring[one] === cluster);
      if (host === undefined) throw new RangeError(`no name for which ${cluster} comes first`);
      return { cluster, host, percent };
    })
    .sort((left, right) => (left.cluster < right.cluster ? -1 : 1));
}

function nextRegionsOf({ nextRegion }: ServiceConfig): Pick<GlobalServicePlan, "nextRegions"> {
  const nextRegions = Object.entries(nextRegion).map(([from, to]) => ({ from, to }));
  return nextRegions.length === 0
    ? {}
    : { nextRegions: nextRegions.sort((left, right) => (left.from < right.from ? -1 : 1)) };
}

/** Where it runs: as it is written, else in all clusters that have its namespace. */
function homesOf(mesh: Mesh, service: ServiceConfig): GlobalHome[] {
  const { clusters = everyCluster(mesh, service.namespace) } = service;
  return Object.keys(clusters)
    .sort()
    .map((cluster) => {
      const {
        namespace = service.namespace,
        selector = service.selector,
        serviceAccount = service.serviceAccount,
      } = clusters[cluster] ?? {};
      if (namespace === undefined || selector === undefined) throw new RangeError(`no pods in cluster ${cluster}`);
      return { cluster, namespace, selector, ...(serviceAccount === undefined ? {} : { serviceAccount }) };
    });
}

function everyCluster(mesh: Mesh, namespace = ""): NonNullable<ServiceConfig["clusters"]> {
  const of = Object.hasOwn(mesh.namespaces, namespace) ? mesh.namespaces[namespace]?.clusters : undefined;
  return Object.fromEntries((of ?? Object.keys(mesh.clusters)).map((cluster) => [cluster, {}]));
}

/** Whether requests are told apart there, so that each may be sent again elsewhere. Pure. */
export function isRequestProtocol(protocol: GlobalPort["protocol"]): boolean {
  return protocol !== "TCP";
}

const protocols = { http: "HTTP", http2: "HTTP2", grpc: "GRPC" } as const;

/** What is spoken at a port of that name, as Istio reads the names of Services' ports; TCP where the name does not say it. */
function protocolCalled(name: string): GlobalPort["protocol"] {
  const [first = ""] = name.split("-");
  return Object.hasOwn(protocols, first) ? protocols[first as keyof typeof protocols] : "TCP";
}

/**
 * What is left of the services without some clusters. Who was to be called first in one that is gone is called as by default.
 * Pure.
 */
export function withoutClusters(plan: GlobalServicesPlan, gone: ReadonlySet<string>): GlobalServicesPlan {
  const services = plan.services.flatMap((service): GlobalServicePlan[] => {
    const homes = service.homes.filter(({ cluster }) => !gone.has(cluster));
    if (homes.length === 0) return [];
    const names = service.names
      .filter(({ pinned }) => pinned === undefined || !gone.has(pinned))
      .map(({ order, ...name }): GlobalName => {
        const isLeaderless = order.kind === "cluster-first" && gone.has(order.cluster);
        return { ...name, order: isLeaderless ? { kind: "local-first" } : order };
      });
    return [{ ...service, homes, names }];
  });
  return { ...plan, services };
}
