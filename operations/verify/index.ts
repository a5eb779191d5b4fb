export type { AnsweredCalls } from "./call-times";
export type { Check, CheckResult, Finding, Status, VerifyContext } from "./check";
export { checks } from "./checks";
export { isHealthy, report, type VerifyReport } from "./report";
export type { LeftOut, Selection } from "./selection";
export { verify, type VerifyOptions } from "./verify";
