import { interruptions, summaryLines, type MeshSummary } from "../operations/deployment";
import { ConfigurationError, listed } from "../topology";
import { ensureAgreed, terminal, type Asker } from "./confirm";

/** A change that somebody may have to agree to. */
export interface AskedChange {
  /** As it is typed: `isthmus up`. */
  readonly command: string;
  readonly summary: MeshSummary;
  readonly isQuiet: boolean;
  /** What the change does beside, of which the summary does not know, after `which`. Default: nothing. */
  readonly unseen?: readonly string[];
}

/**
 * Makes sure that a change may be made. At a terminal it is shown and asked for, unless nothing changes; where nobody can be
 * asked, it may not take anything away, and not interrupt traffic.
 * @throws ConfigurationError where nobody can be asked, and with what the update would refuse.
 * @throws Error when the preview failed: what is not known cannot be agreed to.
 */
export async function ensureChangeAgreed(change: AskedChange, asker: Asker = terminal): Promise<void> {
  const { command, isQuiet, summary, unseen = [] } = change;
  const { failures, mesh, outcome, stack } = summary;
  const details = ["", ...summaryLines(summary), ""];
  // The problems are what there is to say of it, as when the update itself refuses.
  if (outcome === "refused") throw new ConfigurationError(summary.refusals);
  const harms = [...harmsOf(summary), ...unseen];
  if (outcome === "none" && harms.length === 0) return;
  if (outcome === "failed") {
    asker.say(details.join("\n"));
    throw new Error(`the preview failed, so that nothing was changed: ${failures[0] ?? ""}`);
  }
  if (!asker.canAsk && harms.length === 0) {
    if (!isQuiet) asker.say(details.join("\n"));
    return;
  }
  const deed = `change mesh ${mesh} (stack ${stack})${harms.length === 0 ? "" : `, which ${listed(harms)}`}`;
  await ensureAgreed(undefined, { command, deed, answer: "yes", details }, { asker });
}

/** Steps of the engine that take nothing away. Whatever another one does is not known, and counts as if it did. */
const harmless: readonly string[] = ["create", "update", "same", "read", "refresh", "import"];

/** What a change takes away or may interrupt, after `which`; empty where it does neither. Pure. */
export function harmsOf(summary: MeshSummary): string[] {
  const taken = Object.entries(summary.changes).filter(([op, count]) => count > 0 && !harmless.includes(op));
  const risks = interruptions(summary);
  const leaving = summary.clusters.filter(({ changes }) => changes.some(({ id }) => id === "leaves"));
  return [
    ...(leaving.length === 0 ? [] : [`takes the mesh out of ${listed(leaving.map(({ name }) => name))}`]),
    ...(taken.length === 0
      ? []
      : [`takes resources away (${listed(taken.map(([op, count]) => `${op} ${String(count)}`))})`]),
    ...(risks.length === 0 ? [] : ["may interrupt traffic"]),
  ];
}
