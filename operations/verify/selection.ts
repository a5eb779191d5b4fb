import { ConfigurationError, listed, sitesOf, type MeshPlan, type Problem } from "../../topology";
import type { Check, PlanOrigin } from "./check";

/** What of a mesh is looked at. */
export interface Selection {
  /** Ids of the checks that count. What they need is looked at too, and reported where it does not hold. Default: all. */
  readonly only?: readonly string[];
  /** Ids of checks that are left out, with all that need them. Default: none. */
  readonly skip?: readonly string[];
  /** Names of clusters: what concerns none of them is left out. Default: all. */
  readonly clusters?: readonly string[];
  /** `none`: nothing is made in any cluster, and what needs the sample is left out. Default: `sample`. */
  readonly effects?: "sample" | "none";
  /** How long calls go on, in milliseconds, once every cluster was reached. Default: calls end there. */
  readonly callsForMs?: number;
}

/** A check that nobody looks at, and why. */
export interface LeftOut {
  readonly id: string;
  /** In words: `it makes something in the clusters`. */
  readonly reason: string;
}

/** Checks to run, and which of their results count. */
export interface Selected {
  readonly checks: readonly Check[];
  /** Whether a result is asked for; those of what it needs are run too. */
  readonly isWanted: (check: Check, clusters: readonly string[]) => boolean;
  readonly leftOut: readonly LeftOut[];
}

/**
 * What of the table is run. Pure.
 * @param origin Where the plan is from. Default: a mesh's file.
 * @throws ConfigurationError where it names a check or a cluster that there is not.
 */
export function select(
  table: readonly Check[],
  plan: MeshPlan,
  selection: Selection,
  origin: PlanOrigin = "file",
): Selected {
  const { clusters, effects = "sample", only, skip = [] } = selection;
  const problems = unknown(table, plan, selection);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const isNamed = (id: string): boolean => only?.includes(id) === true;
  const isRequested = ({ onRequest }: Check): boolean => onRequest !== undefined && selection[onRequest] !== undefined;
  const isAmong = (check: Check): boolean => only === undefined || isNamed(check.id) || isRequested(check);
  const asked = table.filter((check) => check.onRequest === undefined || isRequested(check) || isNamed(check.id));
  const reasons = new Map<string, string>();
  for (const { id, makes, needs, needsFile } of asked) {
    const needed = needs
      .filter((need) => typeof need === "string" || need.otherwise !== "wait")
      .map((need) => (typeof need === "string" ? need : need.id))
      .find((one) => reasons.has(one));
    if (skip.includes(id)) reasons.set(id, "it was to be skipped");
    else if (origin === "clusters" && needsFile !== undefined) reasons.set(id, needsFile);
    else if (effects === "none" && makes !== undefined) reasons.set(id, "it makes something in the clusters");
    else if (needed !== undefined) reasons.set(id, `it needs ${needed}`);
  }
  return {
    checks: asked.filter(({ id }) => !reasons.has(id)),
    isWanted: (check, about) =>
      isAmong(check) && (clusters === undefined || about.some((name) => clusters.includes(name))),
    leftOut: asked.filter(isAmong).flatMap(({ id }) => {
      const reason = reasons.get(id);
      return reason === undefined ? [] : [{ id, reason }];
    }),
  };
}

function unknown(
  table: readonly Check[],
  plan: MeshPlan,
  { clusters = [], only = [], skip = [] }: Selection,
): Problem[] {
  const ids = table.map(({ id }) => id);
  const names = sitesOf(plan).map(({ name }) => name);
  const wrong = (option: string, given: readonly string[], known: readonly string[], what: string): Problem[] => {
    const strange = given.filter((one) => !known.includes(one));
    if (strange.length === 0) return [];
    const fix = `Give some of ${listed(known, known.length)}.`;
    return [{ path: `isthmus verify ${option}`, expected: what, found: listed(strange), fix }];
  };
  return [
    ...wrong("--only", only, ids, "ids of checks"),
    ...wrong("--skip", skip, ids, "ids of checks"),
    ...wrong("--cluster", clusters, names, "names of the mesh's clusters"),
  ];
}
