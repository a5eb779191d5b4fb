import type { Component } from "./process";
import { namespaceFile } from "./network";
import { clusterPaths, type ClusterPaths } from "./paths";
import { join } from "node:path";
import type { ClusterPlan } from "./plan";
import type { Toolbox } from "./tools";

/** A cluster's plan together with where its files and its programs are. */
export interface Cluster {
  readonly plan: ClusterPlan;
  readonly paths: ClusterPaths;
  readonly toolbox: Toolbox;
}

export function clusterOf(plan: ClusterPlan, state: string, toolbox: Toolbox): Cluster {
  return { plan, paths: clusterPaths(plan.name, state), toolbox };
}

/** Names of a cluster's components in the order in which they start. */
const componentNames = [
  "etcd",
  "kube-apiserver",
  "containerd",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
] as const;

/** Those of them that a cluster without a node has. */
const nodelessComponents: readonly ComponentName[] = ["etcd", "kube-apiserver", "kube-controller-manager"];

/** Names of the components that a cluster has, in the order in which they start. */
export const componentsOf = ({ nodes }: ClusterPlan): readonly ComponentName[] =>
  nodes === "one" ? componentNames : nodelessComponents;

export type ComponentName = (typeof componentNames)[number];

export const pidFile = (paths: ClusterPaths, component: string): string => join(paths.run, `${component}.pid`);
export const logFile = (paths: ClusterPaths, component: string): string => join(paths.logs, `${component}.log`);

/** A component of a cluster, whose program is one of the toolbox's. */
export function componentOf(
  { plan, paths, toolbox }: Cluster,
  name: ComponentName,
  args: readonly string[],
  more: Pick<Component, "configuration" | "environment"> = {},
): Component {
  return {
    cluster: plan.name,
    name,
    command: [join(toolbox.bin, name), ...args],
    ...more,
    // No proxy settings, no credentials: components get nothing of the caller's environment but the path.
    environment: { PATH: `${toolbox.bin}:${process.env["PATH"] ?? ""}`, HOME: "/root", ...more.environment },
    network: namespaceFile(plan.namespace),
    mounts: paths.mounts,
    log: logFile(paths, name),
    pidFile: pidFile(paths, name),
  };
}

/** Command-line flags from their names and values. */
export const flags = (values: Readonly<Record<string, string | number | boolean>>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);
