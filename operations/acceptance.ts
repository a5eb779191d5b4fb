import { configurationPath, type AcceptedFinding } from "../topology";

/** By which word of the mesh's file something that was found is accepted. */
export interface Acceptance {
  readonly reason: string;
  /** The last day on which it is, as year-month-day by UTC. */
  readonly until?: string;
}

/** A finding that the mesh's file accepts, and what a look at the mesh made of it. */
export interface AcceptanceState extends AcceptedFinding {
  /**
   * `found`: it is there, and is accepted. `not-found`: it was looked for and is not there any more. `ended`: its last day
   * has passed, and it counts no longer.
   */
  readonly state: "found" | "not-found" | "ended";
}

/** Something that was found, or looked for. */
interface Subject {
  readonly id: string;
  readonly clusters: readonly string[];
}

/** By what something that was found is accepted; undefined where it is not. Pure. */
export function acceptanceOf(accepted: readonly AcceptedFinding[], found: Subject, now: Date): Acceptance | undefined {
  const entry = accepted.find((one) => isAbout(one, found) && !hasEnded(one, now));
  if (entry === undefined) return undefined;
  const { reason, until } = entry;
  return { reason, ...(until === undefined ? {} : { until }) };
}

/**
 * What became of what is accepted, of as much of it as was looked for. Pure.
 * @param found What is there.
 * @param isLookedFor Whether it would have been found, by a look that was not kept from it.
 */
export function acceptanceStates(
  accepted: readonly AcceptedFinding[],
  found: readonly Subject[],
  isLookedFor: (accepted: AcceptedFinding) => boolean,
  now: Date,
): AcceptanceState[] {
  return accepted.flatMap((one): AcceptanceState[] => {
    const { clusters, finding, reason, until } = one;
    const isFound = found.some((subject) => isAbout(one, subject));
    if (!isFound && !isLookedFor(one)) return [];
    const state = hasEnded(one, now) ? "ended" : isFound ? "found" : "not-found";
    return [
      {
        finding,
        ...(clusters === undefined ? {} : { clusters }),
        reason,
        ...(until === undefined ? {} : { until }),
        state,
      },
    ];
  });
}

/** What is to be told of a finding that need not be accepted any more; undefined where nothing is. Pure. */
export function acceptanceWords({ clusters, finding, reason, state, until = "" }: AcceptanceState): string | undefined {
  if (state === "found") return undefined;
  const whose = clusters === undefined ? finding : `${finding} (${clusters.join(", ")})`;
  const why = state === "ended" ? `counts again since its last day, ${until}, has passed` : "is not found any more";
  return `accepted as "${reason}": ${whose} ${why}: take it out of ${configurationPath("accepted")}${state === "ended" ? ", or give it another day" : ""}`;
}

/** A finding about another cluster as well is not the one that is accepted. */
export function isAbout({ clusters, finding }: AcceptedFinding, subject: Subject): boolean {
  return (
    finding === subject.id && (clusters === undefined || subject.clusters.every((name) => clusters.includes(name)))
  );
}

function hasEnded({ until }: AcceptedFinding, now: Date): boolean {
  return until !== undefined && until < now.toISOString().slice(0, 10);
}
