export * from "./cluster-access";
export type { Findings } from "./checks/findings";
export type { Environment } from "./kubeconfig/kubeconfig-file";
export { describeConnectionError } from "./checks/connection-problem";
export { apiServer, type ApiServer } from "./connection/api-server";
export { CredentialError, credentialTurn } from "./connection/exec-credential";
export { ConnectionError, deadlineIn } from "./connection/http";
export {
  addressRequestTimeoutMs,
  awaitAddresses,
  NoAddressError,
  ServiceAnswerError,
  type ServiceName,
} from "./connection/service";
export { accessByKubeconfig, type KubeconfigInHand } from "./kubeconfig/in-hand";
export { precheck, type PrecheckOptions } from "./precheck";
export { reachClusters, type ReachedCluster, type ReachedClusters } from "./reach";
export { resolveAccess, type ResolvedAccess } from "./kubeconfig/resolve";
export { unknownOutput, type ConfigurationText, type KubeconfigSources } from "./kubeconfig/sources";
export {
  loadSecretsProvider,
  loadStackConfiguration,
  parseStackConfiguration,
  stackConfigurationPath,
  stackFile,
  stackName,
} from "./stack-configuration";
