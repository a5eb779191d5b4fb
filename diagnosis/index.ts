export { formatCause, isCause, type Cause, type CauseId } from "./cause";
export { gather, type ClusterReader } from "./gather";
export * from "./mesh";
export type { ContainerStatus, Deployment, Event, Pod, ReplicaSet, Service } from "./objects";
export { reduced } from "./reduced";
export { causesOf, type Awaited } from "./rules";
export type { Snapshot } from "./snapshot";
