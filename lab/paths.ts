import { join } from "node:path";

/** The lab's directory: data, logs, kubeconfig. `ISTHMUS_LAB_DIR` puts it elsewhere. Mode 0700, since keys are in it. */
export const stateDirectory = (): string => process.env["ISTHMUS_LAB_DIR"] ?? "/var/lib/isthmus-lab";

/** What does not outlive a reboot: pid files, sockets, pinned namespaces. One lab per machine, so one such place. */
export const runDirectory = "/run/isthmus-lab";

/** Directories and files of the lab as a whole. */
export interface LabPaths {
  readonly state: string;
  /** Which clusters the lab has, and their indices. */
  readonly record: string;
  readonly kubeconfig: string;
  readonly charts: string;
  readonly bin: string;
  readonly environment: string;
  readonly logs: string;
  /** The file backend of Pulumi's state for stacks that run on the lab. */
  readonly pulumi: string;
}

export function labPaths(state: string = stateDirectory()): LabPaths {
  return {
    state,
    record: join(state, "lab.json"),
    kubeconfig: join(state, "kubeconfig"),
    charts: join(state, "charts"),
    bin: join(state, "bin"),
    environment: join(state, "env"),
    logs: join(state, "logs"),
    pulumi: join(state, "pulumi"),
  };
}

/** Directories and files of one cluster. */
export interface ClusterPaths {
  readonly data: string;
  readonly certificates: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly kubelet: string;
  readonly configuration: string;
  readonly logs: string;
  /** Lives until the next reboot. */
  readonly run: string;
  readonly containerdSocket: string;
  /** The pinned mount namespace. */
  readonly mounts: string;
  /** What the cluster's programs see as /etc/resolv.conf. */
  readonly resolverConfiguration: string;
}

export function clusterPaths(cluster: string, state: string = stateDirectory()): ClusterPaths {
  const data = join(state, "clusters", cluster);
  const run = join(runDirectory, cluster);
  return {
    data,
    certificates: join(data, "certificates"),
    etcd: join(data, "etcd"),
    containerd: join(data, "containerd"),
    kubelet: join(data, "kubelet"),
    configuration: join(data, "configuration"),
    logs: join(labPaths(state).logs, cluster),
    run,
    containerdSocket: join(run, "containerd.sock"),
    mounts: join(run, "mounts"),
    resolverConfiguration: join(run, "resolv.conf"),
  };
}
