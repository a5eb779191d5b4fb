import type { ClusterStatus, LabStatus } from "../lab";

const mebibyte = 1024 * 1024;

/** The lab's state for people: a line for each cluster, and below it what of it does not work. Pure. */
export function statusLines(status: LabStatus): string[] {
  if (!status.exists) return ["There is no lab. `isthmus lab up` makes one."];
  return [
    `The lab is ${status.ready ? "up" : "not whole: `isthmus lab up` mends it"}`,
    ...status.clusters.flatMap((cluster) => [
      `  ${cluster.name}: ${cluster.ready ? "ready" : "not ready"}, network ${cluster.network}, context ${cluster.context}, ${cluster.apiServer}, ${Math.round(cluster.memoryBytes / mebibyte)} MiB`,
      ...troubles(cluster).map((trouble) => `    ${trouble}`),
    ]),
    `  kubeconfig ${status.kubeconfig}`,
  ];
}

function troubles({ components, node, workloads }: ClusterStatus): string[] {
  if (components.every(({ alive }) => !alive)) return ["nothing of it runs"];
  return [
    ...components
      .filter(({ alive }) => !alive)
      .map(({ name, logFile }) => `${name} does not run; its log is ${logFile}`),
    ...(node.ready ? [] : [`node ${node.name} is not ready`]),
    ...workloads.filter(({ ready }) => !ready).map(({ name }) => `${name} is not ready`),
  ];
}
