export * from "./cluster-access";
export type { Findings } from "./findings";
export type { Environment } from "./kubeconfig-file";
export { precheck, type PrecheckOptions } from "./precheck";
export { resolveAccess, type ResolvedAccess } from "./resolve";
export { loadStackConfiguration, parseStackConfiguration } from "./stack-configuration";
