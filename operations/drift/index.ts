export { compareMesh, findDrift, type DriftOptions, type MeshComparison } from "./drift";
export type { DriftFinding, DriftKind } from "./finding";
export { objectText, type ObjectReference } from "./object-reference";
export { driftMarkdown } from "./markdown";
export type { RepairResult } from "./repair";
export { statesOf } from "./states";
export { isAsApplied, type ClusterStatus, type DriftReport } from "./report";
export { ensureSettled } from "./settled";
