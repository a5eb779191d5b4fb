import { createColors } from "picocolors";
import type { DoctorCause, DoctorReport } from "../operations/deployment";
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
  { causes, consequences, mesh, notLookedAt, takenAt }: DoctorReport,
  titles: ReadonlyMap<string, string>,
  page: string,
  style: Style,
): string {
  const paint = createColors(style.colour);
  const bad = paint.red(style.symbols ? "✗" : "FAIL");
  const good = paint.green(style.symbols ? "✓" : "ok  ");
  const arrow = paint.bold(style.symbols ? "→" : "->");
  const causeLines = ({ clusters, fix, found, id, proof }: DoctorCause): string[] => [
    `${bad} ${titles.get(id) ?? id} ${paint.dim(`(${clusters.join(", ")})`)}`,
    `     ${found}`,
    ...proof.slice(0, mostProof).map((line) => `     ${paint.dim(line)}`),
    `     ${arrow} ${fix}`,
  ];
  const counted = consequences.map(
    ({ clusters, found, from, id }) =>
      `${titles.get(id) ?? id} (${clusters.join(", ")}): ${found}; follows from ${from.map((cause) => cause.id).join(", ")}`,
  );
  return [
    ...causes.flatMap(causeLines),
    ...(causes.length === 0 ? [`${good} nothing is found to be wrong with the mesh ${mesh}`] : []),
    ...counted.map((line) => `     ${paint.dim(line)}`),
    "",
    ...notLookedAt.map(({ cluster, reason, what }) =>
      paint.dim(`not looked at: ${what} (${cluster}), because ${reason}`),
    ),
    `${causes.length} ${causes.length === 1 ? "cause" : "causes"}, ${consequences.length} that follow, as of ${takenAt}${causes.length === 0 ? "" : `; more of each: ${page}`}`,
    "",
  ].join("\n");
}
