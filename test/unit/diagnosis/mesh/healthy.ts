import type {
  CertificateSeen,
  ClusterSnapshot,
  MeshSnapshot,
  NetworkPolicySeen,
  PoliciesSeen,
  ProxyCertificateSeen,
  RemoteKubeconfigSeen,
  Snapshot,
} from "../../../../diagnosis";
import { meshFacts } from "../../../../diagnosis";
import { controlPlaneIn, type ClusterPlan, type MeshConfig, type MeshPlan } from "../../../../topology";
import { planOf } from "../../../support/plans";

/** When every snapshot was taken. */
export const takenAt = "2026-11-30T10:00:00.000Z";

const namespace = "istio-system";
const ready = { conditions: [{ type: "Ready", status: "True" }] };

const fullRights = [{ groups: ["*"], resources: ["*"], verbs: ["*"] }];

/** A NetworkPolicy that lets in and out what the mesh needs. */
const openPolicy: NetworkPolicySeen = {
  namespace,
  name: "mesh",
  podSelector: {},
  ingress: [{ ports: [{ first: 15010, last: 15443 }] }],
  egress: [{ ports: [] }],
};

/** The Gateway that has east-west gateways take the traffic of other networks. */
export const passthroughGateway = {
  name: "cross-network-gateway",
  ports: [15443],
  hosts: ["*.local"],
  selector: { istio: "eastwestgateway" },
};

/** A certificate by the letters of its fingerprint. */
export function certificate(fingerprint: string, change: Partial<CertificateSeen> = {}): CertificateSeen {
  return {
    subject: `CN=${fingerprint}`,
    fingerprint,
    notBefore: "2026-11-01T00:00:00.000Z",
    notAfter: "2027-11-01T00:00:00.000Z",
    signedBy: "root",
    ...change,
  };
}

/** What a proxy has that an istiod serves. */
export function proxyCertificate(namespace: string, pod: string, istiod: string): ProxyCertificateSeen {
  return {
    namespace,
    pod,
    notAfter: "2026-12-01T09:00:00.000Z",
    chain: [certificate(`intermediate-of-${istiod}`)],
    roots: [certificate("root")],
  };
}

/** A mesh in which all is as it should be. */
export function healthy(config: MeshConfig): MeshSnapshot {
  const plan = planOf(config);
  return {
    takenAt,
    mesh: meshFacts(plan),
    clusters: [
      ...plan.clusters.map((cluster) => clusterOf(plan, cluster)),
      ...plan.externalControlPlanes.map(({ name }) => siteOf(plan, name)),
    ],
  };
}

/** The same mesh with one cluster changed. */
export function changed(
  snapshot: MeshSnapshot,
  name: string,
  change: (cluster: ClusterSnapshot) => Partial<ClusterSnapshot>,
): MeshSnapshot {
  if (!snapshot.clusters.some(({ cluster }) => cluster === name)) throw new RangeError(`no cluster ${name}`);
  const clusters = snapshot.clusters.map((one) => (one.cluster === name ? { ...one, ...change(one) } : one));
  return { ...snapshot, clusters };
}

/** What `istio-system` of a cluster has, changed. */
export function changedSystem(change: (system: Snapshot) => Partial<Snapshot>): (cluster: ClusterSnapshot) => object {
  return ({ system }) => {
    if (system === undefined) throw new RangeError("nothing is known of istio-system");
    return { system: { ...system, ...change(system) } };
  };
}

/** Kubeconfigs of other clusters, changed. */
export function changedKubeconfigs(
  change: (kubeconfig: RemoteKubeconfigSeen) => RemoteKubeconfigSeen,
): (cluster: ClusterSnapshot) => Partial<ClusterSnapshot> {
  return ({ remoteKubeconfigs = [] }) => ({ remoteKubeconfigs: remoteKubeconfigs.map(change) });
}

/** Policies, changed. */
export function changedPolicies(change: Partial<PoliciesSeen>): (cluster: ClusterSnapshot) => Partial<ClusterSnapshot> {
  return ({ policies }) => {
    if (policies === undefined) throw new RangeError("no policies are known");
    return { policies: { ...policies, ...change } };
  };
}

function clusterOf(plan: MeshPlan, cluster: ClusterPlan): ClusterSnapshot {
  const { eastWestGateway, name, network } = cluster;
  const site = siteOf(plan, name);
  const { system } = site;
  const selector = { istio: "eastwestgateway" };
  const service = {
    metadata: {
      name: "istio-eastwestgateway",
      namespace,
      labels:
        eastWestGateway?.addresses === undefined
          ? { "topology.istio.io/network": network }
          : ({} as Record<string, string>),
    },
    spec: {
      type: "LoadBalancer",
      selector,
      ports: [
        { port: 15021 },
        { port: eastWestGateway?.type === "NodePort" ? 15443 : (eastWestGateway?.port ?? 15443), targetPort: 15443 },
      ],
    },
    status: { loadBalancer: { ingress: [{ ip: "198.51.100.7" }] } },
  };
  return {
    ...site,
    ...(system === undefined || eastWestGateway === undefined
      ? {}
      : {
          system: withWorkload(
            { ...system, services: [...system.services, service] },
            "istio-eastwestgateway",
            selector,
          ),
        }),
    namespaces: [
      { name: namespace, labels: { "topology.istio.io/network": network } },
      ...plan.namespaces
        .filter(({ clusters }) => clusters.includes(name))
        .map((one) => ({ name: one.name, labels: one.labels })),
    ],
    webhooks: [
      {
        kind: "injector",
        configuration: "istio-sidecar-injector",
        name: "rev.namespace.sidecar-injector.istio.io",
        failurePolicy: "Fail",
        service: { namespace, name: "istiod" },
        namespaces: plan.namespaces.filter(({ clusters }) => clusters.includes(name)).map((one) => one.name),
        authorities: ["root"],
      },
    ],
    services: [{ namespace: "shop", name: "basket", shape: "http 80" }],
    proxyCertificates: [proxyCertificate("shop", "basket-1-a", cluster.controlPlane)],
    podsWithoutSidecar: [],
    podNetworks: [{ namespace, pod: "istio-eastwestgateway-1-a", network }],
    localities: [`${network}/${name}`],
    networkPolicies: [openPolicy],
    istiodEndpoints: cluster.controlPlane === name ? [] : [{ service: "istiod", addresses: ["198.51.100.8"] }],
    meshConfig: { meshId: plan.id, trustDomain: plan.trustDomain },
    policies: {
      peerAuthentications: [{ name: "default", mode: "STRICT" }],
      plainNamespaces: [],
      authorizationPolicies: [],
      destinationRules: [],
      serviceRules: [],
      localityRules: [],
      passthroughGateways: cluster.configCluster === name ? [passthroughGateway] : [],
    },
  };
}

/** What a cluster has by its API server and the istiod that may run in it. */
function siteOf(plan: MeshPlan, name: string): ClusterSnapshot {
  const controlPlane = controlPlaneIn(plan, name);
  const bare: Snapshot = {
    cluster: name,
    namespace,
    deployments: [],
    replicaSets: [],
    pods: [],
    services: [
      {
        metadata: { name: "istiod" },
        spec: {
          selector: { app: "istiod" },
          ports: [
            { port: 15012, targetPort: 15012 },
            { port: 443, targetPort: 15017 },
          ],
        },
      },
      {
        metadata: { name: "istiod-exposed" },
        spec: { type: "LoadBalancer" },
        status: { loadBalancer: { ingress: [{ ip: "198.51.100.8" }] } },
      },
    ],
    events: [],
    lastLines: {},
  };
  const token = `secret:${name}`;
  return {
    cluster: name,
    unread: [],
    apiServer: { server: serverOf(name), authorities: [`authority-of-${name}`] },
    system: controlPlane === undefined ? bare : withWorkload(bare, "istiod", { app: "istiod" }),
    namespaces: [{ name: namespace, labels: {} }],
    webhooks: [],
    clockAheadMs: 400,
    membership: { mesh: plan.id, cluster: name },
    meshConfig: "none",
    revisionMeshConfigs: [],
    publishedRoots: [certificate("root")],
    authority:
      controlPlane === undefined
        ? "none"
        : {
            secret: "cacerts",
            missing: [],
            keyFits: true,
            chain: [certificate(`intermediate-of-${name}`)],
            roots: [certificate("root")],
          },
    dns: { deployments: [{ name: "coredns", replicas: 2 }], readyCount: 2 },
    accountRights: ["istiod", "istio-reader-service-account"].map((account) => ({ account, rights: fullRights })),
    otherIstiods: [],
    accountTokens: [
      {
        secret: "istio-reader-service-account-isthmus",
        account: "istio-reader-service-account",
        token,
        authorities: [`authority-of-${name}`],
      },
    ],
    remoteKubeconfigs: (controlPlane?.reads ?? []).map((target) => ({
      secret: "istio-remote-clusters",
      isLabelled: true,
      key: target,
      server: serverOf(target),
      authorities: [`authority-of-${target}`],
      token: `secret:${target}`,
    })),
    ...(controlPlane === undefined
      ? {}
      : {
          istiods: [
            {
              pod: "istiod-1-a",
              remotes: [
                { id: controlPlane.configCluster, syncStatus: "synced" },
                ...controlPlane.reads.map((id) => ({ id, secretName: "istio-remote-clusters", syncStatus: "synced" })),
              ],
              lines: {},
              rejects: [],
              proxyVersions: { "1.31.1": [`istio-eastwestgateway-1-a.istio-system (${name})`] },
            },
          ],
        }),
  };
}

/** The address of a cluster's API server. */
export function serverOf(name: string): string {
  return `https://${name}.example.org:6443`;
}

/** A Deployment of a Helm release with one pod that is ready. */
function withWorkload(system: Snapshot, name: string, labels: Readonly<Record<string, string>>): Snapshot {
  const owner = (kind: string, uid: string): object => ({ ownerReferences: [{ kind, name: uid, uid }] });
  return {
    ...system,
    deployments: [
      ...system.deployments,
      {
        metadata: {
          name,
          namespace,
          uid: name,
          labels: { app: name },
          annotations: { "meta.helm.sh/release-name": name },
        },
        spec: { replicas: 1 },
      },
    ],
    replicaSets: [
      ...system.replicaSets,
      {
        metadata: { name: `${name}-1`, namespace, uid: `${name}-1`, ...owner("Deployment", name) },
        status: { replicas: 1, readyReplicas: 1 },
      },
    ],
    pods: [
      ...system.pods,
      {
        metadata: { name: `${name}-1-a`, namespace, labels, ...owner("ReplicaSet", `${name}-1`) },
        spec: {
          containers: [
            { name: name === "istiod" ? "discovery" : "istio-proxy", image: "example.com/istio/pilot:1.31.1" },
          ],
        },
        status: ready,
      },
    ],
  };
}
