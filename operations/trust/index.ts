export { isTrustworthy } from "./report";
export type { CertificateStatus, ClusterTrustStatus, End, LaggingProxy, TrustReport, TrustState } from "./report";
export { readTrustStatus } from "./read";
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
