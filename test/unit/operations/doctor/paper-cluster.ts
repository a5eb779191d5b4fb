import { issue, type Authority } from "../../../support/authority";
import { FakeClient } from "../../../support/cluster-client";

const namespace = "istio-system";
const core = `/api/v1/namespaces/${namespace}`;
const admission = "/apis/admissionregistration.k8s.io/v1";

/** What is secret in a cluster. */
export interface ClusterSecrets {
  readonly readerToken: string;
  readonly remoteToken: string;
  readonly key: string;
  /** What somebody has put into an environment, an annotation and another Secret. */
  readonly others: string;
}

const tokens = { east: "token-of-east", west: "token-of-west" };

/** What is secret in one of two clusters that read each other. */
export function secretsOf(name: "east" | "west", change: Partial<ClusterSecrets> = {}): ClusterSecrets {
  const other = name === "east" ? "west" : "east";
  return { readerToken: tokens[name], remoteToken: tokens[other], key: "the key", others: "of others", ...change };
}

/** A CA and the intermediate that it signed. */
export interface PaperTrust {
  readonly root: Authority;
  readonly intermediate: Authority;
}

export async function paperTrust(): Promise<PaperTrust> {
  const root = await issue({ subject: "CN=Root CA" });
  return { root, intermediate: await issue({ subject: "CN=Intermediate CA", issuer: root }) };
}

/** What is different in a cluster. */
export interface PaperChange {
  /** Objects by their paths; undefined takes one away. */
  readonly objects?: Readonly<Record<string, unknown>>;
  /** What istiod logs. */
  readonly log?: string;
  readonly syncStatus?: string;
  /** What istiod calls its own cluster. */
  readonly ownName?: string;
  /** What istiod answers of the proxies that it serves. */
  readonly proxies?: readonly object[];
  /** What the proxy of a pod has, as Envoy dumps it. Default: no pod has one. */
  readonly proxyDump?: (pod: string) => string;
  readonly clockAheadMs?: number;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A primary of two, which reads the other one, as its API server shows it. */
export function paperCluster(
  name: string,
  other: string,
  { intermediate, root }: PaperTrust,
  secrets: ClusterSecrets,
  {
    clockAheadMs,
    log = "",
    objects = {},
    ownName = name,
    proxies = [],
    proxyDump,
    syncStatus = "synced",
  }: PaperChange = {},
): FakeClient {
  const rootPem = root.certificate.toString();
  const istiod = podOf("istiod", { app: "istiod" }, secrets);
  const found: Record<string, unknown> = {
    "/version": { gitVersion: "v1.34.2" },
    "/api/v1/namespaces/kube-system": {},
    [`/api/v1/namespaces/${namespace}`]: { metadata: { name: namespace } },
    "/api/v1/services": [{ metadata: { namespace, labels: { "topology.istio.io/network": name } } }],
    "/api/v1/namespaces": [
      { metadata: { name: namespace, labels: { "topology.istio.io/network": name, owner: secrets.others } } },
      { metadata: { name: "default", labels: {} } },
    ],
    [`/apis/apps/v1/namespaces/${namespace}/deployments`]: [
      deploymentOf("istiod", name),
      deploymentOf("istio-eastwestgateway", name),
    ],
    [`/apis/apps/v1/namespaces/${namespace}/replicasets`]: [
      replicaSetOf("istiod"),
      replicaSetOf("istio-eastwestgateway"),
    ],
    [`${core}/pods`]: [istiod, podOf("istio-eastwestgateway", { istio: "eastwestgateway" }, secrets)],
    [`${core}/services`]: [{ metadata: { name: "istiod" } }, gatewayService(name)],
    [`${core}/events`]: [],
    [`${core}/secrets`]: [
      {
        metadata: { name: "cacerts" },
        data: {
          "ca-cert.pem": base64(intermediate.certificate.toString()),
          "ca-key.pem": base64(secrets.key),
          "cert-chain.pem": base64(intermediate.certificate.toString()),
          "root-cert.pem": base64(rootPem),
        },
      },
      {
        metadata: { name: "istio-remote-clusters", labels: { "istio/multiCluster": "true" } },
        data: { [other]: base64(kubeconfigOf(other, secrets.remoteToken, rootPem)) },
      },
      {
        type: "kubernetes.io/service-account-token",
        metadata: {
          name: "istio-reader-service-account-isthmus",
          annotations: { "kubernetes.io/service-account.name": "istio-reader-service-account" },
        },
        data: { token: base64(secrets.readerToken), "ca.crt": base64(rootPem) },
      },
      { type: "Opaque", metadata: { name: "registry" }, data: { password: base64(secrets.others) } },
    ],
    [`${core}/configmaps`]: [
      { metadata: { name: "istio" }, data: { mesh: "defaultConfig:\n  meshId: mesh1\ntrustDomain: mesh1.internal\n" } },
    ],
    [`${core}/configmaps/istio-ca-root-cert`]: { data: { "root-cert.pem": rootPem } },
    [`${admission}/mutatingwebhookconfigurations`]: [
      {
        metadata: { name: "istio-sidecar-injector" },
        webhooks: [
          {
            name: "namespace.sidecar-injector.istio.io",
            failurePolicy: "Fail",
            clientConfig: { caBundle: base64(rootPem), service: { namespace, name: "istiod" } },
          },
        ],
      },
    ],
    [`/apis/networking.istio.io/v1/namespaces/${namespace}/gateways`]: [
      {
        metadata: { name: "cross-network-gateway" },
        spec: { servers: [{ port: { number: 15443 }, tls: { mode: "AUTO_PASSTHROUGH" }, hosts: ["*.local"] }] },
      },
    ],
    [`${core}/pods/istiod-1-a/log?container=discovery&tailLines=2000`]: log,
    // The stand-in passes over selectors: it shows every pod as one of istiod.
    [`${core}/pods/istio-eastwestgateway-1-a/log?container=discovery&tailLines=2000`]: "",
    ...rightsOf("istiod", "istio-reader-service-account"),
    "/api/v1/namespaces/kube-system/services/kube-dns": {},
    "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices": [
      { endpoints: [{ addresses: ["198.51.100.53"], conditions: { ready: true } }] },
    ],
    ...objects,
  };
  // As istiod answers (istio 1.31, /debug/clusterz): its own cluster has the name of a Secret, an empty one.
  const answers = JSON.stringify([
    { id: ownName, secretName: "", syncStatus: "synced" },
    { id: other, secretName: "istio-system/istio-remote-clusters", syncStatus },
  ]);
  return new FakeClient(name, {
    ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
    objects: Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    exec: ({ container, pod }, command) => {
      if (container === "istio-proxy" && proxyDump !== undefined) return proxyDump(pod);
      return command.at(-1) === "/debug/syncz" ? JSON.stringify(proxies) : answers;
    },
  });
}

/** Roles that let accounts of `istio-system` do all. */
function rightsOf(...accounts: readonly string[]): Record<string, readonly object[]> {
  const group = "/apis/rbac.authorization.k8s.io/v1";
  return {
    [`${group}/clusterroles`]: [
      { metadata: { name: "all" }, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] },
    ],
    [`${group}/clusterrolebindings`]: accounts.map((name) => ({
      roleRef: { name: "all" },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    })),
  };
}

/** A kubeconfig as Isthmus writes it. */
export function kubeconfigOf(cluster: string, token: string, authorityPem: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: cluster,
        cluster: { "certificate-authority-data": base64(authorityPem), server: serverOf(cluster) },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    "current-context": cluster,
    users: [{ name: cluster, user: { token } }],
  });
}

/** The address of a cluster's API server. */
export function serverOf(cluster: string): string {
  return `https://${cluster}.example.org:6443`;
}

function deploymentOf(name: string, cluster: string): object {
  return {
    metadata: { name, uid: name, labels: { app: name }, annotations: { "meta.helm.sh/release-name": name } },
    spec: {
      replicas: 1,
      template: { spec: { containers: [{ name: "discovery", env: [{ name: "CLUSTER_ID", value: cluster }] }] } },
    },
  };
}

function replicaSetOf(name: string): object {
  return {
    metadata: { name: `${name}-1`, uid: `${name}-1`, ownerReferences: [{ kind: "Deployment", name, uid: name }] },
    status: { replicas: 1, readyReplicas: 1 },
  };
}

function podOf(name: string, labels: object, { others }: ClusterSecrets): object {
  return {
    metadata: {
      name: `${name}-1-a`,
      labels,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"password":"${others}"}` },
      ownerReferences: [{ kind: "ReplicaSet", name: `${name}-1`, uid: `${name}-1` }],
    },
    spec: {
      containers: [
        { name: "discovery", image: "example.com/istio/pilot:1.31.1", env: [{ name: "PASSWORD", value: others }] },
      ],
    },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}

function gatewayService(network: string): object {
  return {
    metadata: { name: "istio-eastwestgateway", labels: { "topology.istio.io/network": network } },
    spec: { type: "LoadBalancer", selector: { istio: "eastwestgateway" }, ports: [{ port: 15443 }] },
    status: { loadBalancer: { ingress: [{ ip: "198.51.100.7" }] } },
  };
}
