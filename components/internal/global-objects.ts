import {
  clusterLabel,
  isRequestProtocol,
  networkLabel,
  ownedLabels,
  type GlobalOrder,
  type PlacedName,
} from "../../topology";

/** An object of Istio, as it is written. */
export interface IstioObject {
  readonly kind: "ServiceEntry" | "DestinationRule" | "VirtualService";
  /** What it is of the name: the end of the resource's name says it. */
  readonly part: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * The objects by which an istiod knows a global name: one entry for each way in which its servers are found, the rule by which
 * proxies fail over, and, where requests are told apart, the route by which they try again. They bear the name itself. Pure.
 */
export function globalObjects(placed: PlacedName): readonly IstioObject[] {
  const { exportTo, host, namespace, networks, order, ports, selectors } = placed;
  const object = (kind: IstioObject["kind"], part: string, spec: object): IstioObject => ({
    kind,
    part,
    metadata: { name: objectName(host, part), namespace, labels: ownedLabels },
    spec: { ...spec, ...(exportTo === undefined ? {} : { exportTo }) },
  });
  return [
    ...selectors.map((selector) =>
      object("ServiceEntry", entryPart(selector), { ...entry(placed), workloadSelector: { labels: selector } }),
    ),
    ...(networks.length === 0
      ? []
      : [object("ServiceEntry", "elsewhere", { ...entry(placed), endpoints: networks.map(gatewaysOf) })]),
    object("DestinationRule", "rule", destinationRule(placed)),
    ...(order.kind === "weighted" || ports.some(({ protocol }) => isRequestProtocol(protocol))
      ? [object("VirtualService", "route", virtualService(placed))]
      : []),
  ];
}

/** An entry that selects the pods of one cluster is called after it, so that others can come beside it. No name has a `_`. */
function entryPart(selector: Readonly<Record<string, string>>): string {
  const cluster = selector[clusterLabel];
  return cluster === undefined ? "entry" : `entry_${cluster}`;
}

/** The name alone, but where there may be several objects of one kind. */
function objectName(host: string, part: string): string {
  return part === "elsewhere" || part.startsWith("entry_") ? `${host}.${part.replace("_", "-")}` : host;
}

function entry({ addresses, host, ports }: PlacedName): object {
  return {
    hosts: [host],
    addresses,
    // What is outside of the mesh is called without mutual TLS, and through no gateway.
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    ports: ports.map(({ name, port, protocol, targetPort }) => ({
      name,
      number: port,
      protocol,
      ...(targetPort === undefined ? {} : { targetPort }),
    })),
  };
}

/** An endpoint without an address stands for the gateways of its network, which istiod finds. */
function gatewaysOf(network: string): object {
  return { network, labels: { "security.istio.io/tlsMode": "istio" } };
}

/**
 * No combination of these is one that Istio refuses or passes over: `failover` of regions goes with `failoverPriority` that names
 * no region or zone, and neither with `distribute` (pkg/config/validation/agent, validateLocalityLbSetting).
 */
function destinationRule({ failover, host, identities, nextRegions, order }: PlacedName): object {
  return {
    host,
    trafficPolicy: {
      ...(identities.length === 0 ? {} : { tls: { mode: "ISTIO_MUTUAL", subjectAltNames: identities } }),
      connectionPool: {
        tcp: { connectTimeout: `${failover.connectTimeoutSeconds}s` },
        http: { maxRequestsPerConnection: failover.requestsPerConnection },
      },
      // Without it there are no priorities: nobody would be called first.
      outlierDetection: {
        consecutive5xxErrors: 0,
        consecutiveGatewayErrors: failover.errors,
        interval: "5s",
        baseEjectionTime: `${failover.ejectionSeconds}s`,
        // With Istio's 10 nothing is left out of fewer than ten endpoints, and never a whole cluster.
        maxEjectionPercent: 100,
      },
      loadBalancer: { localityLbSetting: localityOf(order, nextRegions) },
    },
  };
}

function localityOf(order: GlobalOrder, nextRegions: PlacedName["nextRegions"]): object {
  if (order.kind === "even") return { enabled: false };
  const failoverPriority = prioritiesOf(order);
  return {
    enabled: true,
    ...(failoverPriority.length === 0 ? {} : { failoverPriority }),
    ...(nextRegions === undefined ? {} : { failover: nextRegions }),
  };
}

/** None of zones and regions: of servers behind gateways these do not see the labels. Istio's own order has them already. */
function prioritiesOf(order: GlobalOrder): readonly string[] {
  switch (order.kind) {
    case "even":
    case "nearest":
      return [];
    // Shares are of other names, each with a rule of its own; this one counts while the route comes or goes.
    case "weighted":
    case "local-first":
      return [networkLabel, clusterLabel];
    case "cluster-first":
      return [`${clusterLabel}=${order.cluster}`];
  }
}

/** Istio goes by `http` at ports of requests, and by `tcp` at others, where without a route connections go to the name itself. */
function virtualService({ failover, host, order, ports }: PlacedName): object {
  const route = destinationsOf(host, order);
  const isRequest = ports.map(({ protocol }) => isRequestProtocol(protocol));
  return {
    hosts: [host],
    ...(isRequest.includes(true) ? { http: [{ route, retries: retriesOf(failover) }] } : {}),
    ...(order.kind === "weighted" && isRequest.includes(false) ? { tcp: [{ route }] } : {}),
  };
}

function destinationsOf(host: string, order: GlobalOrder): readonly object[] {
  if (order.kind !== "weighted") return [{ destination: { host } }];
  return order.shares.map((share) => ({ destination: { host: share.host }, weight: share.percent }));
}

/** Where a request was surely not worked on: nothing was sent, or it was refused. */
const surelyNotWorkedOn = ["connect-failure", "refused-stream", "unavailable", "reset-before-request"] as const;

/**
 * What may have been worked on: a try that is given up, a reset to Envoy unless a server of gRPC, which is told of the limit,
 * says so first; and 502, 503 and 504, as the sidecar of a pod that ends answers for its server.
 */
const perhapsWorkedOn = ["reset", "deadline-exceeded", "gateway-error"] as const;

function retriesOf({ perTryTimeoutSeconds, retries }: PlacedName["failover"]): object {
  if (retries === 0) return { attempts: 0 };
  const tried = { attempts: retries, retryRemoteLocalities: true };
  if (perTryTimeoutSeconds === undefined) return { ...tried, retryOn: surelyNotWorkedOn.join(",") };
  return {
    ...tried,
    retryOn: [...surelyNotWorkedOn, ...perhapsWorkedOn].join(","),
    perTryTimeout: `${perTryTimeoutSeconds}s`,
  };
}
