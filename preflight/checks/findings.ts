import type { Problem } from "../../topology";

/** What a check found: problems stop an update, warnings do not. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** No findings yet. */
export function noFindings(): Findings {
  return { problems: [], warnings: [] };
}

/** All findings in the order of the checks. */
export function joined(findings: readonly Findings[]): Findings {
  return {
    problems: findings.flatMap(({ problems }) => problems),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}
