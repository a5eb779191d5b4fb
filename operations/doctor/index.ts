export { readBundle, writeBundle } from "./bundle";
export { meshConfigMaps } from "./configuration-seen";
export { gatherFound } from "./found-clusters";
export { gatherMesh, type MeshQuery } from "./gather";
export { doctorReport, faultTitles, isFoundWell } from "./report";
export type { DoctorCause, DoctorConsequence, DoctorReport, NotLookedAt } from "./report";
