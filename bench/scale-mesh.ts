import { globalObjects } from "../components/internal/global-objects";
import {
  globalServicesIn,
  parseMesh,
  planMesh,
  sidecarName,
  sidecarScopesIn,
  type MeshConfig,
  type MeshPlan,
} from "../topology";
import { kubeconfigFor } from "./istiod";
import type { PaperObject, PaperObjects } from "./paper-api-servers";

type ServicesConfig = NonNullable<NonNullable<MeshConfig["globalServices"]>["services"]>;

/** Names of clusters, `cluster-01` and so on. */
export function clusterNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `cluster-${String(index + 1).padStart(2, "0")}`);
}

/** Where the services run, and from where they are called: with a scope, and without one. */
export const scaleNamespaces = { servers: "shop", scoped: "web", unscoped: "batch" } as const;

/** So many of the services a scoped namespace calls. */
export const calledServices = 10;

/** Port at which all services are called. */
export const servicePort = 80;

/** Global services of the usual kind, in all clusters. */
export function manyServices(count: number): ServicesConfig {
  return Object.fromEntries(
    serviceNames(count).map((name) => [
      name,
      { namespace: scaleNamespaces.servers, selector: { app: name }, ports: { http: { port: servicePort } } },
    ]),
  );
}

/** The namespaces of a mesh with so many services. */
export function namespacesOfMany(services: number): MeshConfig["namespaces"] {
  return {
    [scaleNamespaces.servers]: {},
    [scaleNamespaces.scoped]: { calls: { globalServices: serviceNames(Math.min(services, calledServices)) } },
    [scaleNamespaces.unscoped]: {},
  };
}

function serviceNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `service-${String(index).padStart(4, "0")}`);
}

/** The plan of primaries, each on a network of its own, with such services. */
export function planOfMany(clusters: readonly string[], services: number): MeshPlan {
  return planMesh(
    parseMesh({
      id: "mesh1",
      istio: { version: "1.31.1" },
      clusters: Object.fromEntries(clusters.map((name) => [name, { network: name, access: { context: name } }])),
      namespaces: namespacesOfMany(services),
      globalServices: { services: manyServices(services) },
    }),
  );
}

/** Istio's objects of the global services and scopes of a cluster: those that an update makes there. */
export function istioObjectsOf(plan: MeshPlan, cluster: string): object[] {
  const apiVersion = "networking.istio.io/v1";
  return [
    ...globalServicesIn(plan, cluster)
      .flatMap(({ names }) => names.flatMap(globalObjects))
      .map(({ kind, metadata, spec }) => ({ apiVersion, kind, metadata, spec })),
    ...sidecarScopesIn(plan, cluster).map(({ hosts, namespace }) => ({
      apiVersion,
      kind: "Sidecar",
      metadata: { name: sidecarName, namespace },
      spec: { egress: [{ hosts }] },
    })),
  ];
}

const podsForEach = 2;
const networkLabel = "topology.istio.io/network";

/** What the clusters have: two pods of each service, an east-west gateway, and, in the first, the kubeconfigs of the others. */
export function objectsOfMany(
  clusters: readonly string[],
  services: number,
  urlOf: (cluster: string) => string,
): PaperObjects {
  return (cluster, plural) => {
    const index = clusters.indexOf(cluster);
    switch (plural) {
      case "namespaces":
        return ["kube-system", "istio-system", ...Object.values(scaleNamespaces)].map((name) => ({
          metadata: { ...metadataOf(name), labels: name === "istio-system" ? { [networkLabel]: cluster } : {} },
        }));
      case "nodes":
        return [{ metadata: { ...metadataOf("node"), labels: { "topology.kubernetes.io/region": "here" } } }];
      case "services":
        return [gatewayService(cluster, `198.51.100.${String(index + 1)}`)];
      case "secrets":
        return index === 0 ? clusters.slice(1).map((other) => remoteSecret(other, urlOf(other))) : [];
      case "pods":
        return serviceNames(services).flatMap((name, service) =>
          Array.from({ length: podsForEach }, (_, replica) => pod(name, replica, podAddress(index, service, replica))),
        );
      default:
        return [];
    }
  };
}

function podAddress(cluster: number, service: number, replica: number): string {
  const number = podsForEach * service + replica;
  return `10.${String(cluster)}.${String(number >> 8)}.${String(number & 255)}`;
}

function metadataOf(name: string): PaperObject["metadata"] {
  return { name, uid: `uid-of-${name}`, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
}

function pod(service: string, replica: number, address: string): PaperObject {
  const name = `${service}-${String(replica)}`;
  const labels = { app: service, "security.istio.io/tlsMode": "istio" };
  return {
    metadata: { ...metadataOf(name), namespace: scaleNamespaces.servers, labels },
    spec: {
      serviceAccountName: "default",
      nodeName: "node",
      containers: [{ name: "server", image: "server", ports: [{ name: "http", containerPort: servicePort }] }],
    },
    status: {
      phase: "Running",
      podIP: address,
      podIPs: [{ ip: address }],
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }],
    },
  };
}

function gatewayService(network: string, address: string): PaperObject {
  const labels = { [networkLabel]: network, istio: "eastwestgateway" };
  return {
    metadata: { ...metadataOf("istio-eastwestgateway"), namespace: "istio-system", labels },
    spec: {
      type: "LoadBalancer",
      clusterIP: "10.255.0.1",
      clusterIPs: ["10.255.0.1"],
      ports: [{ name: "tls", port: 15_443, targetPort: 15_443, protocol: "TCP" }],
      selector: { istio: "eastwestgateway" },
    },
    status: { loadBalancer: { ingress: [{ ip: address }] } },
  };
}

function remoteSecret(cluster: string, url: string): PaperObject {
  const kubeconfig = Buffer.from(JSON.stringify(kubeconfigFor(cluster, url))).toString("base64");
  const labels = { "istio/multiCluster": "true" };
  return {
    metadata: { ...metadataOf(`istio-remote-secret-${cluster}`), namespace: "istio-system", labels },
    type: "Opaque",
    data: { [cluster]: kubeconfig },
  };
}
