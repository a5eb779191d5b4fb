import {
  crossNetworkPort,
  eastWestGatewayName,
  exposedIstiodName,
  matchesLabels,
  networkLabel,
  systemNamespace,
} from "../../../topology";
import type { Pod, Service } from "../../objects";
import { addressFinding } from "../../rules/address";
import type { Snapshot } from "../../snapshot";
import { seenClusters, seenControlPlanes } from "../clusters";
import type { ClusterFacts, GatewayFacts } from "../facts";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot, PassthroughGatewaySeen } from "../snapshot";
import { isReady, podsLabelled, whyNotReady } from "./istiod";

const restore = "Run `isthmus drift --repair`, which puts it back.";

/** Clusters whose gateway has no Service. */
export function missingGateways(snapshot: MeshSnapshot): MeshFinding[] {
  return gatewaysIn(snapshot).flatMap(({ facts, service }) =>
    service !== undefined
      ? []
      : [
          {
            clusters: [facts.name],
            found: "there is no east-west gateway: other networks do not reach the cluster",
            proof: [`no Service ${eastWestGatewayName} in ${systemNamespace}`],
            fix: "Run `isthmus up --refresh`, which makes it again.",
          },
        ],
  );
}

/** Gateways that istiods do not find, because their Service does not say the network. */
export function wrongGatewayLabels(snapshot: MeshSnapshot): MeshFinding[] {
  return gatewaysIn(snapshot).flatMap(({ facts, gateway, service }) => {
    const found = service?.metadata?.labels?.[networkLabel];
    if (service === undefined || gateway.addresses !== undefined || found === facts.network) return [];
    return [
      {
        clusters: [facts.name],
        found: `the gateway's Service ${found === undefined ? "does not say its network" : `says network ${found}`}: no istiod finds it for network ${facts.network}`,
        proof: [`Service ${nameOf(service)}: ${networkLabel}=${found ?? ""}`],
        fix: `Run \`kubectl --namespace ${systemNamespace} label service ${nameOf(service)} ${networkLabel}=${facts.network} --overwrite\` there.`,
      },
    ];
  });
}

/** Gateways whose Service does not lead to the port for other networks. */
export function missingGatewayPorts(snapshot: MeshSnapshot): MeshFinding[] {
  return gatewaysIn(snapshot).flatMap(({ facts, gateway, service }) => {
    if (service === undefined) return [];
    const wanted = gateway.type === "NodePort" ? crossNetworkPort : gateway.port;
    const ports = service.spec?.ports ?? [];
    const { targetPort } = ports.find(({ port }) => port === wanted) ?? { targetPort: "none" };
    const about = { clusters: [facts.name], fix: restore };
    if (targetPort === "none") {
      return [
        {
          ...about,
          found: `the gateway's Service has no port ${wanted}, at which other networks call`,
          proof: [`Service ${nameOf(service)}: ports ${ports.map(({ port }) => port).join(", ") || "none"}`],
        },
      ];
    }
    // A gateway listens where its Service has the Gateway's port lead to, else at that itself (istio, pilot/pkg/model, resolvePorts).
    const { targetPort: listened = crossNetworkPort } = ports.find(({ port }) => port === crossNetworkPort) ?? {};
    // A name is of a port of some container: which one is not known here.
    if (typeof targetPort !== "number" || typeof listened !== "number" || targetPort === listened) return [];
    return [
      {
        ...about,
        found: `the gateway's Service leads other networks to port ${targetPort} of its pods, which take them at ${listened}`,
        proof: [`Service ${nameOf(service)}: port ${wanted} has the targetPort ${targetPort}`],
      },
    ];
  });
}

/** Gateways whose Service leads to no pod, though there are pods. */
export function wrongGatewaySelectors(snapshot: MeshSnapshot): MeshFinding[] {
  return gatewaysIn(snapshot).flatMap(({ facts, service, system }) => {
    const selector = service?.spec?.selector ?? {};
    if (service === undefined || Object.keys(selector).length === 0 || podsLabelled(system, selector).length > 0)
      return [];
    const pods = system.pods.filter(({ metadata }) => metadata?.name?.startsWith(`${nameOf(service)}-`));
    if (pods.length === 0) return [];
    const words = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
    return [
      {
        clusters: [facts.name],
        found: "the gateway's Service selects none of its pods",
        proof: [
          `Service ${nameOf(service)}: selector ${words.join(",")}`,
          ...pods.map(({ metadata }) => `pod ${metadata?.name ?? ""} is there`),
        ],
        fix: restore,
      },
    ];
  });
}

/** Gateways without a pod that is ready. */
export function gatewaysDown(snapshot: MeshSnapshot): MeshFinding[] {
  return gatewaysIn(snapshot).flatMap(({ facts, service, system }) => {
    const selector = service?.spec?.selector ?? {};
    // A Service without a selector is served by something that Kubernetes does not know.
    if (service === undefined || Object.keys(selector).length === 0) return [];
    if (podsLabelled(system, selector).some(isReady)) return [];
    const deployments = system.deployments.filter(({ metadata }) => metadata?.name === nameOf(service));
    if (deployments.length === 0) {
      return [
        {
          clusters: [facts.name],
          found: "the gateway has no pods",
          proof: [`no Deployment ${nameOf(service)} in ${systemNamespace}`],
          fix: restore,
        },
      ];
    }
    return [{ clusters: [facts.name], ...whyNotReady(system, deployments, "the east-west gateway") }];
  });
}

/** Gateways without an address of a load balancer. */
export function gatewaysWithoutAddress(snapshot: MeshSnapshot): MeshFinding[] {
  return gatewaysIn(snapshot).flatMap(({ facts, gateway, service, system }) => {
    if (service === undefined || gateway.addresses !== undefined) return [];
    return withoutAddress(facts.name, system, service, "eastWestGateway.addresses");
  });
}

/** Istiods that serve other clusters and have no address for them. */
export function istiodsWithoutAddress(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { exposed, name }, seen: { system } }) => {
    if (exposed === undefined || exposed.address !== undefined || system === undefined) return [];
    const service = system.services.find((one) => nameOf(one) === exposedIstiodName);
    if (service !== undefined) return withoutAddress(name, system, service, "exposedIstiod.address");
    return [
      {
        clusters: [name],
        found: "there is no Service by which other clusters reach istiod",
        proof: [`no Service ${exposedIstiodName} in ${systemNamespace}`],
        fix: "Run `isthmus up --refresh`, which makes it again.",
      },
    ];
  });
}

/** Control planes whose configuration has gateways let nobody in. */
export function gatewaysNotListening(snapshot: MeshSnapshot): MeshFinding[] {
  const configurations = seenClusters(snapshot).filter(({ facts }) => facts.configCluster === facts.name);
  return configurations.flatMap(({ facts, seen: { policies } }) => {
    const gateways = snapshot.mesh.clusters.filter(
      ({ configCluster, eastWestGateway }) => configCluster === facts.name && eastWestGateway !== undefined,
    );
    if (policies === undefined || gateways.length === 0) return [];
    const { passthroughGateways } = policies;
    const pods = gatewaysIn(snapshot)
      .filter((one) => gateways.includes(one.facts))
      .flatMap(({ service, system }) => podsLabelled(system, service?.spec?.selector ?? {}));
    const { clusterDomain } = snapshot.mesh.controlPlanes.find(({ name }) => name === facts.controlPlane) ?? {};
    if (passthroughGateways.some((one) => takesOtherNetworks(one, pods, clusterDomain))) return [];
    return [
      {
        clusters: [facts.name],
        found: `no Gateway of Istio has the east-west gateways take the traffic of other networks at port ${crossNetworkPort}`,
        proof: [
          `no Gateway of ${systemNamespace} has a server of mode AUTO_PASSTHROUGH at port ${crossNetworkPort}`,
          ...passthroughGateways.map(gatewayWords),
        ],
        fix: "Run `isthmus up --refresh`, which makes the Gateway cross-network-gateway again, or `isthmus drift --repair` where it is there and differs.",
      },
    ];
  });
}

/**
 * Whether a Gateway has pods of a gateway take what comes from other networks.
 * @param domain Of the mesh's Services; names are not judged where it is not known.
 */
function takesOtherNetworks(
  { hosts, ports, selector = {} }: PassthroughGatewaySeen,
  pods: readonly Pod[],
  domain: string | undefined,
): boolean {
  const isForServices =
    domain === undefined || hosts === undefined || hosts.some((host) => hasServices(host, `.svc.${domain}`));
  const isForPods =
    pods.length === 0 || pods.some(({ metadata }) => matchesLabels({ matchLabels: selector }, metadata?.labels ?? {}));
  return ports.includes(crossNetworkPort) && isForServices && isForPods;
}

/** Whether a name of a Gateway, `*.local` or one behind a namespace and a slash, is that of some Services. */
function hasServices(host: string, suffix: string): boolean {
  const name = host.split("/").at(-1) ?? "";
  return name === "*" || name.endsWith(suffix) || (name.startsWith("*.") && suffix.endsWith(name.slice(1)));
}

function gatewayWords({ hosts = [], name, ports, selector = {} }: PassthroughGatewaySeen): string {
  const labels = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
  return [
    `Gateway ${name}: ports ${ports.join(", ") || "none"}`,
    ...(hosts.length === 0 ? [] : [`hosts ${hosts.join(", ")}`]),
    ...(labels.length === 0 ? [] : [`selector ${labels.join(",")}`]),
  ].join("; ");
}

function withoutAddress(cluster: string, system: Snapshot, service: Service, setting: string): MeshFinding[] {
  const finding = addressFinding(system, service);
  if (finding === undefined) return [];
  return [
    {
      clusters: [cluster],
      found: `${nameOf(service)} has no address from a load balancer`,
      proof: [`Service ${nameOf(service)}: ${finding.found}`],
      fix: `Look at what gives addresses to Services of type LoadBalancer there, and whether its pool is used up: \`kubectl --namespace ${systemNamespace} describe service ${nameOf(service)}\`. Or give a fixed one with \`${setting}\`.`,
    },
  ];
}

interface SeenGateway {
  readonly facts: ClusterFacts;
  readonly gateway: GatewayFacts;
  readonly system: Snapshot;
  readonly service: Service | undefined;
}

function gatewaysIn(snapshot: MeshSnapshot): SeenGateway[] {
  return seenClusters(snapshot).flatMap(
    ({ facts, seen: { system } }: { facts: ClusterFacts; seen: ClusterSnapshot }) => {
      const { eastWestGateway: gateway } = facts;
      if (gateway === undefined || system === undefined) return [];
      const called = gateway.service ?? eastWestGatewayName;
      const service = system.services.find((one) => nameOf(one) === called);
      return [{ facts, gateway, system, service }];
    },
  );
}

function nameOf({ metadata }: Service): string {
  return metadata?.name ?? "";
}
