export { nameOf, stackType, withReferences, type StateResource } from "./resource";
export { asSecret, isMarked, isSecret, revealed } from "./secret";
export { ensureUnchanged, importIfUnchanged, isSameState, type StateHolder } from "./import-if-unchanged";
