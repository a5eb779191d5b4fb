export { nameOf, stackType, withReferences, type StateResource } from "./resource";
export { asSecret, isMarked, isSecret, revealed } from "./secret";
