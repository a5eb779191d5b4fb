import { join } from "node:path";
import { endpoint } from "./addresses";
import { certificateFiles, type ClusterCertificates, type Credentials } from "./certificates";
import { componentOf, flags, type Cluster, type ComponentName } from "./cluster";
import { renderKubeconfig } from "./kubeconfig";
import type { ClusterPlan, FamilyPlan } from "./plan";
import { writeWhole, type Component } from "./process";

/** Component's kubeconfig below the cluster's configuration directory. */
const kubeconfigFile = (cluster: Cluster, component: string) =>
  join(cluster.paths.configuration, `${component}.kubeconfig`);

/** Writes the kubeconfig by which a component reaches its API server. */
export async function writeComponentKubeconfig(
  cluster: Cluster,
  component: string,
  authority: string,
  credentials: Credentials,
): Promise<string> {
  const file = kubeconfigFile(cluster, component);
  const { context, apiServer } = cluster.plan;
  await writeWhole(file, renderKubeconfig([{ context, server: apiServer, authority, credentials }]));
  return file;
}

/** A lab's data is worth nothing, so etcd does not wait for the disk. */
export function etcd(cluster: Cluster): Component {
  return componentOf(cluster, "etcd", [
    ...flags({
      "data-dir": cluster.paths.etcd,
      "listen-client-urls": "http://127.0.0.1:2379",
      "advertise-client-urls": "http://127.0.0.1:2379",
      "listen-peer-urls": "http://127.0.0.1:2380",
      "initial-advertise-peer-urls": "http://127.0.0.1:2380",
      "initial-cluster": "default=http://127.0.0.1:2380",
      "auto-compaction-retention": "5m",
      "unsafe-no-fsync": true,
    }),
  ]);
}

const webhookAdmission = "MutatingAdmissionWebhook,ValidatingAdmissionWebhook";

export function apiServer(cluster: Cluster): Component {
  const { plan, paths } = cluster;
  const certificate = (file: string) => join(paths.certificates, file);
  const files = {
    ...servingFlags(cluster),
    "kubelet-certificate-authority": certificate(certificateFiles.authority),
    "client-ca-file": certificate(certificateFiles.authority),
    "service-account-key-file": certificate(certificateFiles.serviceAccount),
    "service-account-signing-key-file": certificate(certificateFiles.serviceAccountKey),
    "kubelet-client-certificate": certificate(certificateFiles.kubeletClient),
    "kubelet-client-key": certificate(certificateFiles.kubeletClientKey),
  };
  return componentOf(
    cluster,
    "kube-apiserver",
    flags({
      "etcd-servers": "http://127.0.0.1:2379",
      "advertise-address": plan.nodeAddress,
      "secure-port": 6443,
      ...files,
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-cluster-ip-range": plan.serviceRange,
      "authorization-mode": "Node,RBAC",
      "enable-admission-plugins": "NodeRestriction",
      ...(plan.nodes === "one" ? {} : { "disable-admission-plugins": webhookAdmission }),
      "allow-privileged": true,
      // Else `kubectl logs` and `exec` ask a DNS server for the node's name.
      "kubelet-preferred-address-types": "InternalIP",
      profiling: false,
    }),
    { configuration: Object.values(files) },
  );
}

/** Given a certificate, a component need not make itself one at each start. */
const servingFlags = ({ paths }: Cluster) => ({
  "tls-cert-file": join(paths.certificates, certificateFiles.server),
  "tls-private-key-file": join(paths.certificates, certificateFiles.serverKey),
});

/** Where the controller manager and the scheduler say how they are; the ports are their defaults. */
export const healthUrls = ({ plan }: Cluster): readonly (readonly [component: ComponentName, url: string])[] => {
  const manager = ["kube-controller-manager", `https://${endpoint(plan.nodeAddress, 10257)}/healthz`] as const;
  const scheduler = ["kube-scheduler", `https://${endpoint(plan.nodeAddress, 10259)}/healthz`] as const;
  return plan.nodes === "one" ? [manager, scheduler] : [manager];
};

/** One node has the whole range. Of a cluster of both families the controller manager wants to be told each by its name. */
function nodeShares({ families }: ClusterPlan): Readonly<Record<string, number>> {
  const suffix = ({ family }: FamilyPlan): string => (families.length === 1 ? "" : `-${family.toLowerCase()}`);
  return Object.fromEntries(families.map((one) => [`node-cidr-mask-size${suffix(one)}`, one.podBits]));
}

/** What a cluster without a node has controllers for: objects come, their pods are made, and they go. */
const nodelessControllers = [
  "deployment-controller",
  "replicaset-controller",
  "garbage-collector-controller",
  "namespace-controller",
  "root-ca-certificate-publisher-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
];

export async function controllerManager(cluster: Cluster, certificates: ClusterCertificates): Promise<Component> {
  const { plan, paths } = cluster;
  const kubeconfig = await writeComponentKubeconfig(
    cluster,
    "kube-controller-manager",
    certificates.authority,
    certificates.controllerManager,
  );
  return componentOf(
    cluster,
    "kube-controller-manager",
    flags({
      kubeconfig,
      "bind-address": plan.nodeAddress,
      ...servingFlags(cluster),
      "service-account-private-key-file": join(paths.certificates, certificateFiles.serviceAccountKey),
      "root-ca-file": join(paths.certificates, certificateFiles.authority),
      "cluster-signing-cert-file": join(paths.certificates, certificateFiles.authority),
      "cluster-signing-key-file": join(paths.certificates, certificateFiles.authorityKey),
      "use-service-account-credentials": true,
      "leader-elect": false,
      "allocate-node-cidrs": true,
      "cluster-cidr": plan.podRange,
      ...nodeShares(plan),
      "service-cluster-ip-range": plan.serviceRange,
      "kube-api-qps": 200,
      "kube-api-burst": 400,
      ...(plan.nodes === "one" ? {} : { controllers: nodelessControllers.join() }),
      profiling: false,
    }),
    { configuration: [kubeconfig] },
  );
}

export async function scheduler(cluster: Cluster, certificates: ClusterCertificates): Promise<Component> {
  const kubeconfig = await writeComponentKubeconfig(
    cluster,
    "kube-scheduler",
    certificates.authority,
    certificates.scheduler,
  );
  return componentOf(
    cluster,
    "kube-scheduler",
    flags({
      kubeconfig,
      "bind-address": cluster.plan.nodeAddress,
      ...servingFlags(cluster),
      "leader-elect": false,
      profiling: false,
    }),
    { configuration: [kubeconfig] },
  );
}
