import { formatProblem, listed } from "../../topology";
import { alike } from "./alike";
import { changesLine, headline, signs } from "./lines";
import type { MeshSummary } from "./model";
import { counted, shortList } from "./words";

/** A summary as lines for a terminal: what an update would refuse, failures and risks first, then the clusters. Pure. */
export function toLines(summary: MeshSummary): string[] {
  const { details, failures, meshChanges, refusals, risks, unseen, warnings } = summary;
  return [
    `${summary.stack}: ${headline(summary)}`,
    ...section("Refused, until it is mended:", refusals.map(formatProblem)),
    ...section("The preview failed:", failures),
    ...section(
      "Could not be looked at, so that nothing can be said of:",
      unseen.map(({ name, reason }) => `${name}: ${reason}`),
    ),
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
    ...section("Warnings:", warnings),
    ...(details.length === 0
      ? []
      : [
          "",
          `${counted(details.length, "difference in values and objects", "differences in values and objects")}: -o json and -o markdown show them`,
        ]),
    "",
    changesLine(summary.changes),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...indented(lines)];
}
