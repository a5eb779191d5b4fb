import type { ContainerStatus, Deployment, Event, Pod, ReplicaSet, Service } from "./objects";

/** By this annotation a Deployment counts its ReplicaSets (k8s.io/kubernetes, deployment/util). */
export const revisionAnnotation = "deployment.kubernetes.io/revision";

/** What a namespace of a cluster had at one moment. Plain data: it can be written down and looked at elsewhere. */
export interface Snapshot {
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  readonly namespace: string;
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly events: readonly Event[];
  /** Last lines of containers that have crashed, by `<pod>/<container>`. */
  readonly lastLines: Readonly<Record<string, string>>;
}

/** Pods of a Deployment that are not about to go: those of its newest ReplicaSet, which is what a release waits for. */
export function podsOf(snapshot: Snapshot, deployment: Deployment): Pod[] {
  const newest = newestReplicaSetOf(snapshot, deployment);
  return snapshot.pods.filter(
    ({ metadata }) =>
      metadata?.deletionTimestamp === undefined &&
      metadata?.ownerReferences?.some(({ uid }) => uid === newest?.metadata?.uid) === true,
  );
}

/** What the kubelet says of a pod's containers, those that prepare it first. */
export function containersOf({ status }: Pod): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/** The ReplicaSet that a Deployment brings up now. */
export function newestReplicaSetOf({ replicaSets }: Snapshot, { metadata }: Deployment): ReplicaSet | undefined {
  return replicaSets
    .filter((set) => set.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid) === true)
    .sort((left, right) => revision(left) - revision(right))
    .at(-1);
}

/** What was told of an object, the newest first. */
export function eventsOf({ events }: Snapshot, kind: string, name: string | undefined): Event[] {
  return events
    .filter(({ involvedObject }) => involvedObject?.kind === kind && involvedObject.name === name)
    .sort((left, right) => timeOf(right).localeCompare(timeOf(left)));
}

function revision({ metadata }: ReplicaSet): number {
  return Number(metadata?.annotations?.[revisionAnnotation] ?? 0);
}

function timeOf({ lastTimestamp, eventTime }: Event): string {
  return lastTimestamp ?? eventTime ?? "";
}
