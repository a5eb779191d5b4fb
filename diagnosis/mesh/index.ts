export { meshFacts, type MeshFacts } from "./facts";
export { faults } from "./faults";
export type { FaultId } from "./fault-id";
export { snapshotOfFound, type FoundCluster } from "./found-mesh";
export type { IdentifiedFinding } from "./finding";
export { diagnose, type Consequence, type Diagnosis } from "./judge";
export type * from "./snapshot";
export type * from "./surroundings";
