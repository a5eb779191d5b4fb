import type { ContainerStatus, Deployment, Event, Pod, ReplicaSet, Snapshot } from "../../../diagnosis";

/** A workload of the release `istiod` as a cluster may have it. */
export interface Workload {
  readonly wanted?: number;
  /** Pods of the newest ReplicaSet that are ready. */
  readonly ready?: number;
  /** What the controller says that it cannot make pods for. */
  readonly failure?: string;
  readonly pods?: readonly Pod["status"][];
  /** Default: that of istiod. */
  readonly image?: string;
  readonly events?: readonly Event[];
  readonly lastLines?: Snapshot["lastLines"];
}

const namespace = "istio-system";

/** A snapshot with istiod, whose former ReplicaSet still has a pod that is ready. */
export function snapshotOf(workload: Workload): Snapshot {
  const { wanted = 1, ready = 0, failure, pods = [], image = "example.com/pilot:1.31", events = [] } = workload;
  const conditions =
    failure === undefined ? [] : [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure }];
  const deployment: Deployment = {
    metadata: { name: "istiod", namespace, uid: "d", annotations: { "meta.helm.sh/release-name": "istiod" } },
    spec: { replicas: wanted },
    status: { conditions },
  };
  return {
    cluster: "east",
    namespace,
    deployments: [deployment, { ...deployment, metadata: { name: "shop", namespace, uid: "s" } }],
    replicaSets: [
      replicaSet("istiod-1", 1, 1),
      { ...replicaSet("istiod-2", 2, ready), status: { readyReplicas: ready, replicas: pods.length } },
    ],
    pods: [
      podOf("istiod-1", "istiod-1-a", "example.com/pilot:1.30", { conditions: [{ type: "Ready", status: "True" }] }),
      ...pods.map((status, index) => podOf("istiod-2", `istiod-2-${"abc"[index] ?? ""}`, image, status)),
    ],
    services: [],
    events,
    lastLines: workload.lastLines ?? {},
  };
}

/** What the kubelet says of istiod's one container. */
export function container(state: Omit<ContainerStatus, "name">): Pod["status"] {
  return {
    conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady" }],
    containerStatuses: [{ name: "discovery", ...state }],
  };
}

export function event(kind: string, name: string, reason: string, message: string, at = "2026-11-28T10:00:00Z"): Event {
  return { type: "Warning", reason, message, involvedObject: { kind, name }, lastTimestamp: at };
}

function replicaSet(name: string, revision: number, readyReplicas: number): ReplicaSet {
  return {
    metadata: {
      name,
      namespace,
      uid: name,
      ownerReferences: [{ kind: "Deployment", name: "istiod", uid: "d" }],
      annotations: { "deployment.kubernetes.io/revision": String(revision) },
    },
    status: { readyReplicas, replicas: readyReplicas },
  };
}

function podOf(owner: string, name: string, image: string, status: Pod["status"]): Pod {
  return {
    metadata: { name, namespace, ownerReferences: [{ kind: "ReplicaSet", name: owner, uid: owner }] },
    spec: { containers: [{ name: "discovery", image }] },
    ...(status === undefined ? {} : { status }),
  };
}
