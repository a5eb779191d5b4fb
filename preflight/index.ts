export type { ClusterSighting, MadeAnew } from "./checks/cluster-identity";
export type { Findings, PreflightId } from "./checks/findings";
export { identityFrom } from "./checks/identity";
export { judgeIssued } from "./checks/issued-intermediate";
export { ownAuthorityPath } from "./checks/others-access";
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
export { kubectl } from "./checks/standing/kubectl";
export { stoppingPolicies } from "./checks/standing/rules/stopping-policies";
export { precheck, type PrecheckFindings, type PrecheckOptions } from "./precheck";
export { reachClusters, type ReachedCluster, type ReachedClusters } from "./reach";
export { followingProblems, rootChangeProblems } from "./trust/following";
export { judgeRequests } from "./trust/requests";
export { findRevocations } from "./trust/revocations";
export { standingRevocationFindings } from "./trust/standing-revocations";
export { findTrust, type FoundTrust } from "./trust/material";
export type { ClusterTrust, ProxyName } from "./trust/standing/cluster-trust";
export { configuredFor, isTakenUp, knownRoots, meshStanding } from "./trust/standing/mesh-standing";
export { namingBy } from "./trust/standing/naming";
export { isRefusal, proxyContainer, readSomeProxies } from "./trust/standing/proxies";
export { readProxySecrets } from "./trust/standing/proxy-secrets";
export { authorityIn, publishedIn, takenUpIn } from "./trust/standing/read";
export { readMeshTrust, type MeshToRead } from "./trust/standing/read-mesh";
export {
  ageDays,
  judgeReaderTokens,
  overdueToken,
  readerTokenFindings,
  readReaderTokens,
  remoteClustersOf,
  runningIstiods,
  servedProxiesOf,
  stillNeeds,
  tokensIn,
  unsynced,
  type ReaderTokensQuery,
  type ServedProxy,
  type StandingReader,
  type StandingToken,
  type StandingTokens,
} from "./readers";
