import { listed } from "../../topology";
import { alike } from "./alike";
import { changesLine, headline, signs } from "./lines";
import type { MeshSummary } from "./model";
import { counted, shortList } from "./words";

/** A summary as lines for a terminal: failures and risks first, then the clusters. Pure. */
export function toLines(summary: MeshSummary): string[] {
  const { details, failures, meshChanges, outcome, risks, unseen, warnings } = summary;
  return [
    `${summary.stack}: ${headline(summary)}`,
    ...(outcome === "failed" ? ["", "The preview failed:", ...indented(failures)] : []),
    ...(unseen.length === 0
      ? []
      : [
          "",
          "Did not answer, so that nothing can be said of:",
          ...indented(unseen.map(({ name, reason }) => `${name}: ${reason}`)),
        ]),
    ...risks
      .filter(({ id }) => id !== "cluster-unseen")
      .flatMap(({ advice, clusters, severity, traffic, words }) => [
        "",
        `${severity.toUpperCase()}, ${signs[traffic]}${clusters.length === 0 ? "" : `: ${shortList(clusters)}`}`,
        `  ${words}`,
        `  ${advice}`,
      ]),
    ...(meshChanges.length === 0
      ? []
      : ["", `mesh ${summary.mesh}`, ...indented(meshChanges.map(({ words }) => words))]),
    ...alike(summary.clusters).flatMap(({ names, changes }) => [
      "",
      names.length <= 3 ? listed(names) : `${counted(names.length, "cluster", "clusters")}: ${shortList(names, 12)}`,
      ...indented(changes.map(({ words }) => words)),
    ]),
    ...(details.length + warnings.length === 0
      ? []
      : ["", `${listed(more(details.length, warnings.length))}: -o json and -o markdown show them`]),
    "",
    changesLine(summary.changes),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`);
}

function more(details: number, warnings: number): string[] {
  return [
    ...(details === 0
      ? []
      : [counted(details, "difference in values and objects", "differences in values and objects")]),
    ...(warnings === 0 ? [] : [counted(warnings, "warning", "warnings")]),
  ];
}
