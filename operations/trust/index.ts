export { isTrustworthy } from "./report";
export type { CertificateStatus, ClusterTrustStatus, End, LaggingProxy, TrustReport, TrustState } from "./report";
export { readTrustStatus } from "./read";
export { goalOf, rotationReport } from "./rotation";
export type { Destination, GeneratedRoots, Readiness, RotationReport, RotationStep } from "./rotation";
