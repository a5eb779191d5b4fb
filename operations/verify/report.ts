import { dataWithoutSecrets, type AcceptedFinding } from "../../topology";
import { acceptanceStates, isAbout, type AcceptanceState } from "../acceptance";
import type { AnsweredCalls } from "./call-times";
import type { CheckResult, Status } from "./check";
import type { LeftOut } from "./selection";

/** What `isthmus verify -o json` prints. */
export interface VerifyReport {
  readonly checks: readonly CheckResult[];
  readonly summary: Readonly<Record<Status, number>>;
  /** Checks that nobody looked at, as it was asked for. Left out where all were run. */
  readonly leftOut?: readonly LeftOut[];
  /** What the mesh's file accepts, of as much of it as was looked at. Left out where there is nothing. */
  readonly acceptances?: readonly AcceptanceState[];
  /** How long the sample's calls took, for each pair of which one was answered. Left out where there were none. */
  readonly calls?: readonly AnsweredCalls[];
}

/**
 * Adds up results. What clusters say in them is told without what may be a secret. Pure.
 * @param accepted What the mesh's file accepts.
 */
export function report(
  results: readonly CheckResult[],
  leftOut: readonly LeftOut[] = [],
  accepted: readonly AcceptedFinding[] = [],
  now = new Date(),
): VerifyReport {
  const checks = dataWithoutSecrets(results);
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  const summary = { pass: count("pass"), warn: count("warn"), fail: count("fail"), skip: count("skip") };
  const acceptances = acceptanceStates(
    accepted,
    results.filter(({ status }) => status === "warn" || status === "fail"),
    (one) => isLookedAt(results.filter((result) => isAbout(one, result))),
    now,
  );
  return {
    checks,
    summary,
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(acceptances.length === 0 ? {} : { acceptances }),
  };
}

/** Whether there are results, and none of them says that nobody looked. */
function isLookedAt(results: readonly CheckResult[]): boolean {
  return results.length > 0 && results.every(({ status }) => status !== "skip");
}

/**
 * Whether the mesh is in good order: nothing failed, and nothing was left unchecked but what needs a cluster that may be
 * missing, of which a warning tells.
 */
export function isHealthy({ summary }: VerifyReport): boolean {
  return summary.fail === 0 && (summary.skip === 0 || summary.warn > 0);
}
