export { runsOnLab, stackEnvironment } from "./environment";
export { PulumiError, type Interruption } from "./pulumi";
export { destroy, findClusters, preview, refresh, up } from "./stack";
export type { Changes, ChangesResult, StackOptions, UpdateResult } from "./stack";
