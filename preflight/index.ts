export type { MadeAnew } from "./checks/cluster-identity";
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
