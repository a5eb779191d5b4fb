import { createColors } from "picocolors";
import { acceptanceWords, type DoctorCause, type DoctorReport } from "../operations/deployment";
import { acceptedWords } from "./accepted-words";
import type { Style } from "./verify-table";

/** How many lines of proof are shown of a cause: the rest is in the document. */
const mostProof = 6;

/**
 * What is wrong with a mesh: each cause with what shows it and what to do, the first one first, then what follows from them
 * and what could not be looked at. Pure.
 * @param titles Of the faults, by id.
 * @param page Where the documentation of the faults stands.
 */
export function doctorTable(
  { acceptances = [], causes, consequences, mesh, notLookedAt, takenAt }: DoctorReport,
  titles: ReadonlyMap<string, string>,
  page: string,
  style: Style,
): string {
  const paint = createColors(style.colour);
  const bad = paint.red(style.symbols ? "✗" : "FAIL");
  const good = paint.green(style.symbols ? "✓" : "ok  ");
  const known = paint.yellow(style.symbols ? "!" : "WARN");
  const arrow = paint.bold(style.symbols ? "→" : "->");
  const causeLines = ({ accepted, clusters, fix, found, id, proof }: DoctorCause): string[] => [
    `${accepted === undefined ? bad : known} ${titles.get(id) ?? id} ${paint.dim(`(${clusters.join(", ")})`)}`,
    `     ${found}`,
    ...proof.slice(0, mostProof).map((line) => `     ${paint.dim(line)}`),
    accepted === undefined ? `     ${arrow} ${fix}` : `     ${acceptedWords(accepted)}`,
  ];
  const counted = consequences.map(
    ({ clusters, found, from, id }) =>
      `${titles.get(id) ?? id} (${clusters.join(", ")}): ${found}; follows from ${from.map((cause) => cause.id).join(", ")}`,
  );
  return [
    ...causes.flatMap(causeLines),
    ...(causes.every(({ accepted }) => accepted !== undefined)
      ? [`${good} nothing ${causes.length === 0 ? "" : "else "}is found to be wrong with the mesh ${mesh}`.trimEnd()]
      : []),
    ...counted.map((line) => `     ${paint.dim(line)}`),
    "",
    ...notLookedAt.map(({ cluster, reason, what }) =>
      paint.dim(`not looked at: ${what} (${cluster}), because ${reason}`),
    ),
    ...acceptances.flatMap((state) => acceptanceWords(state) ?? []),
    `${causes.length} ${causes.length === 1 ? "cause" : "causes"}, ${consequences.length} that follow, as of ${takenAt}${causes.length === 0 ? "" : `; more of each: ${page}`}`,
    "",
  ].join("\n");
}
