export { firstRoot } from "./generated-roots";
export * from "./mesh";
export { firstIntermediateKey } from "./intermediate-keys";
export { firstReaderToken } from "./reader-tokens";
export type { IntermediateSource } from "./intermediates";
export { certManagerGroup, type IssuerRef } from "./cert-manager";
