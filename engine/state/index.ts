export { nameOf, stackType, withReferences, type StateResource } from "./resource";
export {
  isTornRead,
  parseExportedState,
  type ExportedState,
  type PendingOperation,
  type RawState,
} from "./exported-state";
export { asSecret, isMarked, isSecret, revealed } from "./secret";
export { ensureUnchanged, importIfUnchanged, isSameState, type StateHolder } from "./import-if-unchanged";
export { lastFailureSinceMs, parseUpdateHistory, type PastUpdate } from "./update-history";
