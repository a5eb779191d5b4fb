export { CertManagerTrust, type CertManagerTrustArgs } from "./cert-manager-trust";
export { GeneratedTrust } from "./generated-trust";
export { GivenTrust, type GivenTrustArgs } from "./given-trust";
export * from "./intermediate-ca";
export { OfflineTrust, type OfflineTrustArgs } from "./offline-trust";
export * from "./root-ca";
export { trustFrom } from "./source";
export {
  intermediateFrom,
  trustedRoots,
  type CertManagerIntermediate,
  type ExistingIntermediate,
  type HandedIntermediate,
  type Intermediate,
  type IntermediateArgs,
  type NamedRoot,
  type Trust,
} from "./trust";
