export * from "./mesh";
export type { IntermediateSource } from "./intermediates";
