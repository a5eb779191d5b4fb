export { runsOnLab, stackEnvironment } from "./environment";
export { findClusters } from "./find-clusters";
export { findForgettable, forget, type ForgetResult } from "./forget";
export { resolveClusters } from "./kubeconfig-sources";
export { PulumiError, type Interruption } from "./pulumi";
export { destroy, preview, refresh, up } from "./stack";
export type { Changes, ChangesResult, UpdateResult } from "./stack";
export { UnfinishedUpdate } from "./unfinished";
export type { StackOptions } from "./workspace";
