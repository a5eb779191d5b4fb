export type { AnsweredCalls } from "./call-times";
export type { Check, CheckResult, Finding, Status, VerifyContext } from "./check";
export { checks } from "./checks";
export { isHealthy, report, type VerifyReport } from "./report";
export type { LeftOut, Selection } from "./selection";
export { planOfFound, type FoundSite } from "./found/plan";
export { readFoundSettings } from "./found/settings";
export { verify, type VerifyOptions } from "./verify";
