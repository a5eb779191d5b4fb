export {
  isSystemNamespace,
  kubeconfigInputOf,
  pendingIn,
  providerName,
  recordsCreations,
  releasesIn,
  unrecordedReleases,
  type Pending,
  type PendingObject,
  type PendingRelease,
} from "./pending";
export { clearAway, type ClearingOptions } from "./clear-away";
export { formerNames, noOrphans, orphansVariable, recoverFromKill, type Recovery } from "./recover";
