export { compareMesh, findDrift, type DriftOptions, type MeshComparison } from "./drift";
export type { DriftFinding, DriftKind, ObjectReference } from "./finding";
export { objectText } from "./finding";
export { driftMarkdown } from "./markdown";
export type { RepairResult } from "./repair";
export { stateOf } from "./states";
export { isAsApplied, type ClusterStatus, type DriftReport } from "./report";
