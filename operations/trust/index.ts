export { isTrustworthy } from "./report";
export type { CertificateStatus, ClusterTrustStatus, End, LaggingProxy, TrustReport, TrustState } from "./report";
export { readTrustStatus, type TrustStatusQuery } from "./read";
