export type { ClusterSighting, MadeAnew } from "./checks/cluster-identity";
export type { Findings } from "./checks/findings";
export { identityFrom } from "./checks/identity";
export { judgeRemoval } from "./checks/removal";
export { isBare, sightCluster } from "./checks/sighting";
export {
  knownAs,
  knowsNothing,
  type KnowledgeReader,
  type KnownCluster,
  type KnownState,
  type StackKnowledge,
} from "./checks/stack-knowledge";
export { precheck, type PrecheckOptions } from "./precheck";
export { reachClusters, type ReachedCluster, type ReachedClusters } from "./reach";
export { judgeRootChange } from "./trust/root-change";
export { judgeRequests } from "./trust/requests";
export { findTrust, type FoundTrust, type TrustMaterial } from "./trust/material";
export type { Authority, ClusterTrust, ProxyName, ProxyTrust, UnreadProxy } from "./trust/standing/cluster-trust";
export {
  configuredFor,
  isTakenUp,
  knownRoots,
  meshStanding,
  type StandingReading,
} from "./trust/standing/mesh-standing";
export { proxyContainer, type ProxyLimits } from "./trust/standing/proxies";
export { readProxySecrets } from "./trust/standing/proxy-secrets";
export { readClusterTrust } from "./trust/standing/read";
