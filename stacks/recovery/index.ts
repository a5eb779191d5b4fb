export {
  isSystemNamespace,
  kubeconfigInputOf,
  pendingIn,
  providerName,
  recordsCreations,
  releasesIn,
  type Pending,
  type PendingObject,
  type PendingRelease,
} from "./pending";
export { clearAway, type ClearingOptions } from "./clear-away";
export { formerNames, noOrphans, orphansVariable, recoverFromKill, type Recovery } from "./recover";
export { unrecordedIn, type Search } from "./unrecorded";
