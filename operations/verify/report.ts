import { dataWithoutSecrets } from "../../topology";
import type { AnsweredCalls } from "./call-times";
import type { CheckResult, Status } from "./check";
import type { LeftOut } from "./selection";

/** What `isthmus verify -o json` prints. */
export interface VerifyReport {
  readonly checks: readonly CheckResult[];
  readonly summary: Readonly<Record<Status, number>>;
  /** Checks that nobody looked at, as it was asked for. Left out where all were run. */
  readonly leftOut?: readonly LeftOut[];
  /** How long the sample's calls took, for each pair of which one was answered. Left out where there were none. */
  readonly calls?: readonly AnsweredCalls[];
}

/** Adds up results. What clusters say in them is told without what may be a secret. */
export function report(
  results: readonly CheckResult[],
  leftOut: readonly LeftOut[] = [],
  calls: readonly AnsweredCalls[] = [],
): VerifyReport {
  const checks = dataWithoutSecrets(results);
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  const summary = { pass: count("pass"), warn: count("warn"), fail: count("fail"), skip: count("skip") };
  return {
    checks,
    summary,
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(calls.length === 0 ? {} : { calls }),
  };
}

/**
 * Whether the mesh is in good order: nothing failed, and nothing was left unchecked but what needs a cluster that may be
 * missing, of which a warning tells.
 */
export function isHealthy({ summary }: VerifyReport): boolean {
  return summary.fail === 0 && (summary.skip === 0 || summary.warn > 0);
}
