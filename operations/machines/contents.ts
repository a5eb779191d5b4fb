import { stringify } from "yaml";
import { parseAddress, systemNamespace, type MachinePlan } from "../../topology";

/** What the files of a machine follow from. */
export interface MachineFacts {
  readonly machine: MachinePlan;
  readonly mesh: { readonly id: string; readonly trustDomain: string };
  /** At which the machine reaches istiod: an IP address or a host name. */
  readonly istiod: string;
  /** `defaultConfig` of the mesh: what every proxy is told. */
  readonly proxyConfig: Readonly<Record<string, unknown>>;
  /** Roots that the mesh's workloads trust, PEM. */
  readonly rootsPem: string;
  /** By which istiod knows who asks for the first certificate. */
  readonly token: string;
}

/** Names of the files, as Istio's documentation of virtual machines has them. */
export const machineFileNames = {
  clusterEnvironment: "cluster.env",
  mesh: "mesh.yaml",
  roots: "root-cert.pem",
  token: "istio-token",
  hosts: "hosts",
} as const;

/** Port at which istiod serves proxies and signs their certificates. */
const discoveryPort = 15012;

/** Under this name istiod's certificate is valid in every mesh. */
const istiodHost = `istiod.${systemNamespace}.svc`;

/**
 * Ports that stay the machine's own where all others go through its proxy: SSH, by which somebody mends it, and those at
 * which Istio's agent and proxy say how they are (istioctl x workload entry configure).
 */
const ownPorts = "22,15090,15021,15020";

/** The files' texts, by name; `hosts` is left out where istiod is reached by a host name. Pure. */
export function machineFiles(
  facts: MachineFacts,
): Readonly<Record<Exclude<keyof typeof machineFileNames, "hosts">, string>> & { readonly hosts?: string } {
  const { istiod, rootsPem, token } = facts;
  const metadata = proxyMetadata(facts);
  return {
    clusterEnvironment: environmentOf({ ...metadata, ...agentSettings(facts) }),
    mesh: stringify({
      defaultConfig: { ...facts.proxyConfig, discoveryAddress: discoveryAddress(istiod), proxyMetadata: metadata },
    }),
    roots: rootsPem,
    token,
    ...(isName(istiod) ? {} : { hosts: `${istiod} ${istiodHost}\n` }),
  };
}

/** Where the hosts file leads, istiod has the name that it has in the cluster; a host name stands in its certificate. */
function discoveryAddress(istiod: string): string {
  return `${isName(istiod) ? istiod : istiodHost}:${discoveryPort}`;
}

function isName(address: string): boolean {
  return parseAddress(address) === undefined;
}

/** What the proxy says of itself to istiod, and Envoy to its peers. */
function proxyMetadata({ machine, mesh, proxyConfig }: MachineFacts): Record<string, string> {
  const { cluster, labels, name, namespace, network, ports, serviceAccount } = machine;
  const service =
    labels["service.istio.io/canonical-name"] ?? labels["app.kubernetes.io/name"] ?? labels["app"] ?? name;
  const revision =
    labels["service.istio.io/canonical-revision"] ??
    labels["app.kubernetes.io/version"] ??
    labels["version"] ??
    "latest";
  const canonical = {
    "service.istio.io/canonical-name": service,
    "service.istio.io/canonical-revision": revision,
  };
  const podPorts = Object.entries(ports)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([portName, containerPort]) => ({ name: portName, containerPort }));
  return {
    ...textsOf(proxyConfig["proxyMetadata"]),
    CANONICAL_SERVICE: service,
    CANONICAL_REVISION: revision,
    ISTIO_META_CLUSTER_ID: cluster,
    ISTIO_META_MESH_ID: mesh.id,
    ISTIO_META_NETWORK: network,
    ISTIO_META_WORKLOAD_NAME: name,
    ISTIO_METAJSON_LABELS: JSON.stringify({ ...labels, ...canonical }),
    ...(podPorts.length === 0 ? {} : { ISTIO_META_POD_PORTS: JSON.stringify(podPorts) }),
    // No name server of the machine knows the Services of a cluster.
    ISTIO_META_DNS_CAPTURE: "true",
    POD_NAMESPACE: namespace,
    SERVICE_ACCOUNT: serviceAccount,
    TRUST_DOMAIN: mesh.trustDomain,
  };
}

/** What Istio's start script and its rules of iptables go by. */
function agentSettings({ istiod, machine }: MachineFacts): Record<string, string> {
  const { address, name, namespace, ports, serviceAccount } = machine;
  const numbers = Object.values(ports).sort((left, right) => left - right);
  return {
    ISTIO_INBOUND_PORTS: numbers.length === 0 ? "*" : numbers.join(","),
    ISTIO_LOCAL_EXCLUDE_PORTS: ownPorts,
    ISTIO_NAMESPACE: namespace,
    ISTIO_SERVICE: `${name}.${namespace}`,
    ISTIO_SERVICE_CIDR: "*",
    ISTIO_SVC_IP: address,
    SERVICE_ACCOUNT: serviceAccount,
    ...(isName(istiod) ? { CA_ADDR: discoveryAddress(istiod) } : {}),
  };
}

function textsOf(metadata: unknown): Record<string, string> {
  if (typeof metadata !== "object" || metadata === null) return {};
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)]));
}

/** A file that shells and systemd read: a value in single quotes means what it says. */
function environmentOf(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join("");
}
