export type { ApiServerAccess, ClusterAccess, ClusterReach } from "./cluster-access";
export type { Environment } from "./kubeconfig/kubeconfig-file";
export { describeConnectionError } from "./connection/connection-problem";
export {
  connect,
  getIfThere,
  isNotFound,
  isPresent,
  untilGone,
  type ClusterClient,
  type NamedReach,
  type PatchOperation,
} from "./connection/cluster-client";
export { asMapping, below } from "./mapping";
export { readYaml } from "./yaml";
export { admissionTrouble, ensureAdmitted } from "./connection/admission";
export { KubernetesError } from "./connection/kubernetes-error";
export { clientsOf, type ReachOfClusters } from "./connection/client-of";
export { requestTimeoutMs, requestTimeoutVariable } from "./connection/request-timeout";
export { unresolvedClient } from "./connection/unresolved-client";
export { jsonIn } from "./connection/command-output";
export { CommandFailed, type ExecTarget } from "./connection/container-command";
export { apiServer, type ApiServer } from "./connection/api-server";
export { CredentialError } from "./connection/exec-credential";
export { ConnectionError } from "./connection/connection-error";
export { awaitAddresses, NoAddressError, ServiceAnswerError } from "./connection/service";
export { awaitIssued, certificateNameAnnotation, NotIssuedError, type IssuedChain } from "./cert-manager";
export { accessByKubeconfig, type KubeconfigInHand } from "./kubeconfig/in-hand";
export { resolveContexts } from "./kubeconfig/contexts";
export { contextsOfServer, type ContextOfServer } from "./kubeconfig/contexts-of-server";
export { readRemoteKubeconfig } from "./kubeconfig/remote-kubeconfig";
export { resolveAccess, type ResolvedAccess } from "./kubeconfig/resolve";
export { unknownOutput, type ConfigurationText, type KubeconfigSources } from "./kubeconfig/sources";
export {
  loadSecretsProvider,
  importsEnvironments,
  loadStackConfiguration,
  parseStackConfiguration,
  stackConfigurationPath,
  stackFile,
  stackName,
} from "./stack-configuration";
export { readMesh } from "./services-files";
export { editStackFile, type ConfigurationEdit, type EditedFile } from "./stack-file-edit";
export { revocationsFileOf, revocationsIn, writeRevocations } from "./trust/revocations-file";
