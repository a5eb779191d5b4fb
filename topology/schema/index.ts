export { firstRoot } from "./generated-roots";
export * from "./mesh";
export type { IntermediateSource } from "./intermediates";
export { certManagerGroup, type IssuerRef } from "./cert-manager";
