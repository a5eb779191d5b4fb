export { EngineSignal } from "./engine-signal";
export { isUnderWay, RunRecords, type RunRecord, type StackPlace } from "./run-record";
export { seeToFormerRuns, type FormerRuns } from "./former-runs";
