import { dataWithoutSecrets } from "../../topology";
import type { CheckResult, Status } from "./check";

/** What `isthmus verify -o json` prints. */
export interface VerifyReport {
  readonly checks: readonly CheckResult[];
  readonly summary: Readonly<Record<Status, number>>;
}

/** Adds up results. What clusters say in them is told without what may be a secret. */
export function report(results: readonly CheckResult[]): VerifyReport {
  const checks = dataWithoutSecrets(results);
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  return { checks, summary: { pass: count("pass"), warn: count("warn"), fail: count("fail"), skip: count("skip") } };
}

/**
 * Whether the mesh is in good order: nothing failed, and nothing was left unchecked but what needs a cluster that may be
 * missing, of which a warning tells.
 */
export function isHealthy({ summary }: VerifyReport): boolean {
  return summary.fail === 0 && (summary.skip === 0 || summary.warn > 0);
}
