import { intermediateOrigin } from "../../topology";
import { daysUntil, endWords, lifetimeState, type Lifetime } from "../../trust";
import type { Comparison } from "./comparison";

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Roots and intermediates that end soon and that the update leaves as they are, in words, by what the last update said of
 * them. What somebody else keeps in a cluster is renewed there, and `isthmus verify` looks after it. Pure.
 */
export function endingsOf({ last, plan, preview }: Comparison, now: Date): string[] {
  const { intermediateLifetimeDays, rootLifetimeDays, root } = plan.trust;
  const isMade = root === "generated";
  const told = (name: string, notAfter: string | undefined, days: number): string[] => {
    const until = new Date(notAfter ?? Number.NaN);
    if (Number.isNaN(until.getTime())) return [];
    const from = new Date(until.getTime() - days * dayMs);
    // Of those that are made elsewhere it is not known when they began.
    const lifetime: Lifetime = isMade ? { from, until } : { until };
    if (lifetimeState(lifetime, now) === "good") return [];
    return [`${name} ${endWords(until, daysUntil(until, now))}, and this update does not renew it`];
  };
  const changing = new Set(
    preview.steps
      .filter(({ op, subject }) => op !== "same" && subject.component === "intermediate CA")
      .map(({ subject }) => subject.cluster),
  );
  return [
    ...last.mesh.roots.flatMap(({ fingerprint, notAfter }) =>
      told(`the root ${fingerprint.slice(0, 11)}…`, notAfter, rootLifetimeDays),
    ),
    ...plan.controlPlanes
      .filter(({ name }) => intermediateOrigin(plan, name) === "made" && !changing.has(name))
      .flatMap(({ name }) =>
        told(
          `the intermediate CA of ${name}`,
          last.controlPlanes[name]?.intermediate?.notAfter,
          intermediateLifetimeDays,
        ),
      ),
  ];
}
