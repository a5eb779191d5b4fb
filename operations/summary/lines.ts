import { listed } from "../../topology";
import type { ChangeCounts } from "../events";
import type { Difference, MeshSummary, Risk } from "./model";
import { counted } from "./words";

/** What becomes of traffic, in a few words. */
export const signs: Readonly<Record<Risk["traffic"], string>> = {
  interrupted: "interrupts traffic",
  "not-interrupted": "traffic goes on",
  "not-known": "what becomes of traffic is not known",
};

/** The longest value that is shown of a property, in characters. */
const longestValue = 300;

/** What a summary comes to, in a sentence or two. */
export function headline(summary: MeshSummary): string {
  const { clusters, meshChanges, outcome, risks, unseen } = summary;
  if (outcome === "refused") return "An update would refuse this, and change nothing.";
  if (outcome === "failed") return "Nobody knows yet what would change.";
  const blind = unseen.length === 0 ? "" : ` ${counted(unseen.length, "cluster", "clusters")} could not be looked at.`;
  if (outcome === "none") return "Nothing would change.";
  if (outcome === "not-known") return `Nothing would change in the clusters that could be looked at.${blind}`;
  const interrupting = risks.filter(({ traffic }) => traffic === "interrupted").length;
  const where =
    clusters.length === 0 ? `${counted(meshChanges.length, "change", "changes")} to the mesh` : movements(clusters);
  const isKnown = unseen.length === 0 && risks.every(({ traffic }) => traffic !== "not-known");
  const calm = isKnown ? "Traffic goes on, as far as a preview can tell." : "Whether traffic goes on is not known.";
  const harm = interrupting === 0 ? calm : "Traffic is interrupted.";
  return `${where}. ${harm}${blind}`;
}

/** How many clusters join, leave and change. */
function movements(clusters: MeshSummary["clusters"]): string {
  const having = (id: string): number =>
    clusters.filter(({ changes }) => changes.some((change) => change.id === id)).length;
  const [joining, leaving] = [having("joins"), having("leaves")];
  const others = clusters.length - joining - leaving;
  return listed([
    ...(joining === 0 ? [] : [counted(joining, "cluster joins", "clusters join")]),
    ...(leaving === 0 ? [] : [counted(leaving, "cluster leaves", "clusters leave")]),
    ...(others === 0 ? [] : [counted(others, "cluster changes", "clusters change")]),
  ]);
}

/** The engine's own counts in a line. */
export function changesLine(counts: ChangeCounts): string {
  const known = Object.entries(counts).filter(([, count]) => count > 0);
  return known.length === 0
    ? "no resources"
    : `resources: ${known.map(([op, count]) => `${op} ${String(count)}`).join(", ")}`;
}

/** A difference as lines of a diff: what was, then what is to be. */
export function differenceLines(difference: Difference): string[] {
  return [
    ...("before" in difference ? [`- ${difference.path}: ${shown(difference.before)}`] : []),
    ...("after" in difference ? [`+ ${difference.path}: ${shown(difference.after)}`] : []),
  ];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}… (${String(text.length)} characters)`;
}
