export type { CallsOfReport } from "./calls";
export type { EndOfReport } from "./certificates";
export type { ClusterOfReport, ClusterOrderOfReport, GatewayOfReport, IstiodOfReport } from "./clusters";
export { reportPage } from "./page/page";
export { writeReportPage } from "./page-file";
export { verdictOf, type Verdict } from "./verdict";
export { isReportedWell, meshReport, type MeshReport } from "./report";
