export * from "./cluster-access";
export type { Findings } from "./checks/findings";
export type { Environment } from "./kubeconfig/kubeconfig-file";
export { awaitAddresses, NoAddressError, type ServiceName } from "./connection/service";
export { precheck, type PrecheckOptions } from "./precheck";
export { reachClusters, type ReachedCluster, type ReachedClusters } from "./reach";
export { resolveAccess, type ResolvedAccess } from "./kubeconfig/resolve";
export { unknownOutput, type ConfigurationText, type KubeconfigSources } from "./kubeconfig/sources";
export { loadStackConfiguration, parseStackConfiguration } from "./stack-configuration";
