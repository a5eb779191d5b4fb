export type { AnsweredCalls } from "./call-times";
export type { Check, CheckResult, Finding, Status, VerifyContext } from "./check";
export { checks } from "./checks";
export { ownerOfThisProcess } from "./owner";
export { notReadyWords } from "./pod-readiness";
export { isHealthy, report, type VerifyReport } from "./report";
export {
  clientName,
  namespaceManifest,
  pullSecretManifest,
  sampleLabels,
  type Manifest,
  type PullSecretContent,
} from "./sample-manifests";
export { newSampleNamespace, removeNamespace, sweep } from "./sample-namespace";
export type { LeftOut, Selection } from "./selection";
export { oneLine } from "./transfers";
export { planOfFound, type FoundSite } from "./found/plan";
export { readFoundSettings } from "./found/settings";
export { verify, type VerifyOptions } from "./verify";
