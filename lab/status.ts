import { existsSync } from "node:fs";
import { ApiServer, isPassing } from "./api-server";
import { ensureCertificates } from "./certificates";
import { clusterProcesses, componentProcesses } from "./cgroup";
import { componentsOf, logFile, pidFile, type ComponentName } from "./cluster";
import { memoryOf } from "./memory";
import { clusterPaths, labPaths, stateDirectory } from "./paths";
import { planLab, type ClusterPlan } from "./plan";
import { runningPid } from "./process";
import { isNodeReady, isWorkloadReady, workloads } from "./readiness";
import { readLabRecord } from "./record";

/** How the lab is. Plain data. */
export interface LabStatus {
  /** Whether there is a lab at all, whole or not. */
  readonly exists: boolean;
  /** Whether all of it works. */
  readonly ready: boolean;
  /** The lab's directory: kubeconfig, logs, data. */
  readonly directory: string;
  readonly kubeconfig: string;
  /** The stack that named the clusters. */
  readonly stack?: string;
  readonly clusters: readonly ClusterStatus[];
}

export interface ClusterStatus {
  readonly name: string;
  readonly network: string;
  readonly context: string;
  readonly ready: boolean;
  readonly apiServer: string;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly loadBalancers: string;
  readonly node: { readonly name: string; readonly address: string; readonly ready: boolean };
  readonly components: readonly ComponentStatus[];
  readonly workloads: readonly { readonly name: string; readonly ready: boolean }[];
  /** Why the API server, although it is alive, does not answer. */
  readonly apiServerError?: string;
  /** Memory of everything in the cluster, its pods included, in bytes. Pages that several processes share are split. */
  readonly memoryBytes: number;
}

export interface ComponentStatus {
  readonly name: ComponentName;
  readonly alive: boolean;
  /** Where it is alive. */
  readonly pid?: number;
  readonly logFile: string;
  readonly memoryBytes: number;
}

/** Looks at the lab and changes nothing. */
export async function lookAtLab(): Promise<LabStatus> {
  const state = stateDirectory();
  const record = await readLabRecord(state);
  const base = { directory: state, kubeconfig: labPaths(state).kubeconfig };
  if (record === undefined) return { ...base, exists: false, ready: false, clusters: [] };
  const indices = Object.fromEntries(record.clusters.map(({ name, index }) => [name, index]));
  const plan = planLab(record.clusters, indices);
  const clusters = await Promise.all(plan.clusters.map((cluster) => clusterStatus(cluster, state)));
  return { ...base, exists: true, ready: clusters.every(({ ready }) => ready), stack: record.stack, clusters };
}

async function clusterStatus(plan: ClusterPlan, state: string): Promise<ClusterStatus> {
  const { name, network, context, apiServer, podRange, serviceRange, loadBalancers } = plan;
  const components = await Promise.all(componentsOf(plan).map((component) => componentStatus(plan, component, state)));
  const allAlive = components.every(({ alive }) => alive);
  const isServerAlive = components.some((component) => component.name === "kube-apiserver" && component.alive);
  const inside = isServerAlive ? await askApiServer(plan, state) : nothingReady;
  return {
    name,
    network,
    context,
    ready: allAlive && (plan.nodes === "none" ? isServerReady(inside) : isNodeUp(inside)),
    apiServer,
    podRange,
    serviceRange,
    loadBalancers,
    node: { name: plan.nodeName, address: plan.nodeAddress, ready: inside.node },
    components,
    workloads: inside.workloads,
    ...(inside.error === undefined ? {} : { apiServerError: inside.error }),
    memoryBytes: await memoryOf(await clusterProcesses(name)),
  };
}

async function componentStatus(plan: ClusterPlan, name: ComponentName, state: string): Promise<ComponentStatus> {
  const paths = clusterPaths(plan.name, state);
  const pid = await runningPid({ pidFile: pidFile(paths, name) });
  const memoryBytes = await memoryOf(await componentProcesses(plan.name, name));
  return {
    name,
    alive: pid !== undefined,
    ...(pid === undefined ? {} : { pid }),
    logFile: logFile(paths, name),
    memoryBytes,
  };
}

interface Inside {
  readonly server: boolean;
  readonly node: boolean;
  readonly workloads: readonly { readonly name: string; readonly ready: boolean }[];
  readonly error?: string;
}

const isServerReady = ({ server }: Inside): boolean => server;
const isNodeUp = ({ node, workloads: own }: Inside): boolean => node && own.every(({ ready }) => ready);

const nothingReady: Inside = {
  server: false,
  node: false,
  workloads: workloads.map(({ name }) => ({ name, ready: false })),
};

async function askApiServer(plan: ClusterPlan, state: string): Promise<Inside> {
  const { certificates } = clusterPaths(plan.name, state);
  if (!existsSync(certificates)) return nothingReady;
  const { authority, admin } = await ensureCertificates(plan, certificates);
  const api = new ApiServer(plan.apiServer, authority, admin, 3_000);
  try {
    if (!(await api.isReady())) return { ...nothingReady, error: "it is not ready" };
    if (plan.nodes === "none") return { server: true, node: false, workloads: [] };
    const ready = workloads.map(async (workload) => ({
      name: workload.name,
      ready: await isWorkloadReady(workload, api),
    }));
    // A kubelet that has ended leaves "Ready" behind for a minute, but then its component is not alive.
    return { server: true, node: await isNodeReady(plan, api), workloads: await Promise.all(ready) };
  } catch (error) {
    if (!isPassing(error)) throw error;
    return { ...nothingReady, error: (error as Error).message };
  } finally {
    api.close();
  }
}
