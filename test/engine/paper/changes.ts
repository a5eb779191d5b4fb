import type { MeshConfig } from "../../../topology";
import type { PaperConfig } from "./mesh";

type ClusterConfig = MeshConfig["clusters"][string];

/** A change of a mesh that stands, as somebody might propose it. */
export interface RecordedChange {
  /** The recording is called after it. */
  readonly name: string;
  /** What stands; undefined for nothing. */
  readonly from: PaperConfig | undefined;
  readonly to: PaperConfig;
  /** Names of resources that something made unusable: the engine replaces them. */
  readonly tainted?: readonly string[];
  /** Names of resources whose outputs say otherwise. */
  readonly outputs?: Readonly<Record<string, object>>;
  /** Resources that the program no longer has, each with the one that its state is a copy of. */
  readonly left?: Readonly<Record<string, { readonly type: string; readonly like: string }>>;
  /** Clusters that do not answer. */
  readonly silent?: readonly string[];
}

/** A cluster whose API server others reach under a name of its own. */
function cluster(name: string, more: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    network: name,
    access: { context: name },
    apiServer: { url: `https://${name}.example.org:6443` },
    ...more,
  };
}

const [east, north, west] = [cluster("east"), cluster("north"), cluster("west")];
const two: PaperConfig = { id: "mesh1", clusters: { east, west } };
const three: PaperConfig = { id: "mesh1", clusters: { east, north, west } };
const edge = cluster("edge", { controlPlane: "west" });
const remote: PaperConfig = { id: "mesh1", clusters: { edge, west } };
const mixed: PaperConfig = { id: "mesh1", clusters: { east, edge, west } };
const external: PaperConfig = {
  id: "mesh1",
  clusters: { east: cluster("east", { controlPlane: "control" }), west: cluster("west", { controlPlane: "control" }) },
  externalControlPlanes: { control: { access: { context: "control" } } },
};
const batch = { clusters: ["east"], labels: { team: "batch" } };

/** `two` with other settings of west. */
function west2(more: Partial<ClusterConfig>): PaperConfig {
  return { ...two, clusters: { east, west: { ...west, ...more } } };
}

/** Every kind of change, those that start from the same mesh together. */
export const recordedChanges: readonly RecordedChange[] = [
  { name: "new-mesh", from: undefined, to: two },
  { name: "new-external-control-plane", from: undefined, to: external },
  { name: "nothing", from: two, to: two },
  { name: "cluster-joins", from: two, to: three },
  { name: "remote-joins", from: two, to: mixed },
  {
    name: "values",
    from: two,
    to: { ...two, istio: { values: { istiod: { global: { logging: { level: "default:debug" } } } } } },
  },
  { name: "network", from: two, to: west2({ network: "north" }) },
  { name: "renamed", from: two, to: { ...two, clusters: { east, paris: { ...west, replaces: "west" } } } },
  { name: "primary-becomes-remote", from: two, to: west2({ controlPlane: "east" }) },
  { name: "peers", from: two, to: { ...two, clusters: { east: { ...east, peers: [] }, west } } },
  { name: "gateway-port", from: two, to: west2({ eastWestGateway: { port: 15444 } }) },
  { name: "gateway-class", from: two, to: west2({ eastWestGateway: { loadBalancerClass: "example.org/new" } }) },
  {
    name: "gateway-node-port",
    from: two,
    to: west2({ eastWestGateway: { type: "NodePort", addresses: ["203.0.113.10"], port: 31443 } }),
  },
  {
    name: "trust-domain",
    from: two,
    to: { ...two, trustDomain: "example.org", replaces: { trustDomain: "mesh1.internal" } },
  },
  { name: "mesh-id", from: two, to: { ...two, id: "mesh2", trustDomain: "mesh1.internal", replaces: { id: "mesh1" } } },
  {
    name: "namespaces",
    from: { ...two, namespaces: { batch, old: {} } },
    to: { ...two, namespaces: { batch: { ...batch, injection: "disabled" }, shop: {} } },
  },
  { name: "root", from: two, to: two, tainted: ["mesh-root-key"] },
  { name: "intermediate-key", from: two, to: two, tainted: ["mesh-west-intermediate-key"] },
  {
    name: "intermediate-renewed",
    from: two,
    to: two,
    outputs: {
      "mesh-west-intermediate-certificate": { readyForRenewal: true, validityEndTime: "2020-01-01T00:00:00Z" },
    },
  },
  { name: "provider", from: two, to: two, tainted: ["west"] },
  { name: "system-namespace", from: two, to: two, tainted: ["mesh-west-system-namespace"] },
  {
    name: "workload-namespace",
    from: { ...two, namespaces: { shop: {} } },
    to: { ...two, namespaces: { shop: {} } },
    tainted: ["mesh-west-namespace.shop-namespace"],
  },
  { name: "upgrade", from: { ...two, istio: { version: "1.31.0" } }, to: two },
  { name: "downgrade", from: two, to: { ...two, istio: { version: "1.31.0" } } },
  { name: "cluster-leaves", from: three, to: two },
  { name: "remote-becomes-primary", from: remote, to: { ...remote, clusters: { edge: cluster("edge"), west } } },
  {
    name: "exposed-istiod-class",
    from: remote,
    to: { ...remote, clusters: { edge, west: { ...west, exposedIstiod: { loadBalancerClass: "example.org/new" } } } },
  },
  {
    name: "control-plane-moves",
    from: mixed,
    to: { ...mixed, clusters: { ...mixed.clusters, edge: cluster("edge", { controlPlane: "east" }) } },
  },
  {
    name: "control-plane-leaves",
    from: mixed,
    to: { id: "mesh1", clusters: { east, edge: cluster("edge", { controlPlane: "east" }) } },
  },
  {
    name: "peers-of-three",
    from: three,
    to: { ...three, clusters: { ...three.clusters, east: { ...east, peers: ["north"] } } },
  },
  { name: "mutual-tls", from: { ...two, mtls: "permissive" }, to: { ...two, mtls: "strict" } },
  { name: "mutual-tls-weakened", from: { ...two, mtls: "strict" }, to: { ...two, mtls: "permissive" } },
  { name: "sameness", from: two, to: { ...two, sameness: { plainServices: "cluster-local", shared: ["shop"] } } },
  {
    name: "sidecar-scope",
    from: { ...two, namespaces: { web: {} } },
    to: { ...two, namespaces: { web: { calls: { namespaces: ["orders"] } } } },
  },
  {
    name: "dns-capture",
    from: { ...two, namespaces: { orders: {}, web: { dnsCapture: "all-pods" } } },
    to: { ...two, namespaces: { orders: { dnsCapture: "all-pods" }, web: {} } },
  },
  { name: "remote-secret", from: two, to: two, tainted: ["mesh-west-remote-clusters-secret"] },
  { name: "reader-token", from: two, to: two, tainted: ["mesh-west-reader-token"] },
  {
    name: "reader-binding",
    from: two,
    to: two,
    left: {
      "mesh-west-reader-binding": {
        type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        like: "mesh-west-reader-token",
      },
    },
  },
  { name: "cross-network", from: two, to: two, tainted: ["mesh-west-cross-network-gateway"] },
  { name: "gateway-service", from: two, to: two, tainted: ["mesh-west-gateway-service"] },
  { name: "gateway-release", from: two, to: two, tainted: ["mesh-west-gateway-release"] },
  { name: "istiod-release", from: two, to: two, tainted: ["mesh-west-control-plane-istiod"] },
  { name: "cacerts", from: two, to: two, tainted: ["mesh-west-system-cacerts"] },
  {
    name: "no-replicas",
    from: two,
    to: { ...two, istio: { values: { istiod: { autoscaleMin: 0 }, gateway: { replicaCount: 0 } } } },
  },
  {
    name: "values-not-understood",
    from: two,
    to: { ...two, istio: { values: { istiod: { meshConfig: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } } } } },
  },
  { name: "exposed-istiod-service", from: remote, to: remote, tainted: ["mesh-west-exposed-istiod-service"] },
  {
    name: "configuration-cluster-moves",
    from: external,
    to: { ...external, clusters: { alpha: cluster("alpha", { controlPlane: "control" }), ...external.clusters } },
  },
  { name: "external-control-plane-leaves", from: external, to: two },
  {
    name: "configuration-kubeconfig",
    from: external,
    to: external,
    tainted: ["mesh-control-config-kubeconfig-secret"],
  },
  { name: "failed", from: two, to: { ...two, istio: { charts: { directory: "nowhere" } } } },
  {
    name: "silent",
    from: two,
    to: { ...two, istio: { values: { istiod: { global: { logging: { level: "default:debug" } } } } } },
    silent: ["west"],
  },
  { name: "silent-alone", from: two, to: west2({ network: "north" }), silent: ["west"] },
];
