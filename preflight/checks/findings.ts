import type { Problem } from "../../topology";

/** What a check found: problems stop an update, warnings do not. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** What is looked at before anything is changed. Stable: `isthmus check` tells of each by its id. */
export type PreflightId =
  | "charts-usable"
  | "cluster-reachable"
  | "user-admitted"
  | "kubernetes-supported"
  | "ranges-known"
  | "user-permitted"
  | "api-server-for-others"
  | "place-free"
  | "intermediate-usable"
  | "mesh-itself"
  | "reader-tokens-fit"
  | "clocks-agree"
  | "clusters-apart"
  | "ranges-apart";

/** What was found of one thing. */
export interface IdentifiedFindings extends Findings {
  readonly id: PreflightId;
}

/** The same, and the clusters that it is about. */
export interface PlacedFindings extends IdentifiedFindings {
  /** Those that it was asked of; none where none answers. */
  readonly clusters: readonly string[];
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
