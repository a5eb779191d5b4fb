export { isTrustworthy } from "./report";
export type { CertificateStatus, ClusterTrustStatus, End, LaggingProxy, TrustReport, TrustState } from "./report";
export { readTrusts, readTrustStatus } from "./read";
export { goalOf, notByCommand, rotationReport } from "./rotation";
export type {
  Destination,
  GeneratedRoots,
  Readiness,
  RootElsewhere,
  RootsElsewhere,
  RotationReport,
  RotationStep,
} from "./rotation";
export {
  authoritiesIn,
  authorityOf,
  liftLists,
  listsOf,
  revocationReport,
  revokeIntermediate,
  renewLists,
} from "./revocation";
export type {
  ListsWish,
  RevocableMesh,
  RevocationHost,
  RevocationReadiness,
  RevocationReport,
  RevocationStep,
  Revoked,
  Revoking,
  StackAuthority,
  WrittenLists,
} from "./revocation";
