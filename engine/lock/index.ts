export { holdIn, lifeOf, type LockLife, type MachineFacts, type StackHold, type StackLock } from "./lock";
export { lockWords, type StackHolder } from "./lock-words";
export { overcomeHold, type HoldContext, type HoldOutcome } from "./overcome";
