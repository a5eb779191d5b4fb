import http from "node:http";
import https from "node:https";
import { endpoint } from "./addresses";
import type { ApiServer } from "./api-server";
import { coreDnsPath } from "./addons/coredns";
import { metalLbController, metalLbSpeaker } from "./addons/metallb";
import { kubeProxyHealthPort } from "./node";
import type { ClusterPlan } from "./plan";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastHeartbeatTime?: string;
}

const nodePath = (cluster: ClusterPlan) => `/api/v1/nodes/${cluster.nodeName}`;

/**
 * Whether the node is Ready, by its kubelet's own word.
 * @param since what a kubelet of before this moment said does not count; it may be dead.
 */
export async function isNodeReady(cluster: ClusterPlan, api: ApiServer, since = 0): Promise<boolean> {
  const node = (await api.read(nodePath(cluster))) as { status?: { conditions?: Condition[] } } | undefined;
  const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
  // Heartbeats come in whole seconds.
  return ready?.status === "True" && Date.parse(ready.lastHeartbeatTime ?? "") >= Math.floor(since / 1000) * 1000;
}

/** Whether kube-proxy says that it has written its rules. */
export const isKubeProxyReady = (cluster: ClusterPlan): Promise<boolean> =>
  isHealthy(`http://${endpoint(cluster.nodeAddress, kubeProxyHealthPort)}/healthz`);

/**
 * Whether a component answers its health check.
 * @param authority the certificate authority of the cluster, as PEM, for https.
 */
export function isHealthy(url: string, authority?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const get = url.startsWith("https:") ? https.get : http.get;
    const trust = authority === undefined ? {} : { ca: authority };
    const call = get(url, { timeout: 2_000, agent: false, ...trust }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
  });
}

/** One workload of the lab's own. */
export interface Workload {
  readonly name: string;
  readonly path: string;
  /** Selects its pods. */
  readonly selector: string;
  /** Where its pods answer when they work. */
  readonly probe: string;
}

export const workloads: readonly Workload[] = [
  { name: "CoreDNS", path: coreDnsPath, selector: "k8s-app=kube-dns", probe: ":8181/proxy/ready" },
  {
    name: "MetalLB's controller",
    path: metalLbController,
    selector: "app=metallb,component=controller",
    probe: ":7472/proxy/metrics",
  },
  {
    name: "MetalLB's speaker",
    path: metalLbSpeaker,
    selector: "app=metallb,component=speaker",
    probe: ":7472/proxy/metrics",
  },
];

/** Whether a workload's pods are Ready and really answer: right after a crash the API server still tells of before it. */
export async function isWorkloadReady(workload: Workload, api: ApiServer): Promise<boolean> {
  const object = await api.read(workload.path);
  if (object === undefined) return false;
  const pods = `${workload.path.replace(/^\/apis\/apps\/v1/, "/api/v1").replace(/\/(deployments|daemonsets)\/.*$/, "")}/pods`;
  const list = (await api.read(`${pods}?labelSelector=${encodeURIComponent(workload.selector)}`)) as { items: Pod[] };
  const current = list.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ready = current.filter(({ status }) =>
    status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
  );
  if (ready.length === 0 || ready.length < current.length) return false;
  const answers = await Promise.all(
    ready.map(({ metadata }) => api.answers(`${pods}/${metadata.name}${workload.probe}`)),
  );
  return answers.every((answer) => answer);
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly conditions?: readonly Condition[] };
}
