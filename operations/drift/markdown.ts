/** A report for an issue or a comment. Pure. */

import type { DriftFinding } from "./finding";
import { objectText } from "./object-reference";
import type { DriftReport } from "./report";

/** More rows than this nobody reads in an issue; the others are counted. */
const mostRows = 40;

/** Longest text of a cell. */
const longestCell = 80;

/** The report as Markdown: what to do first, then a table of what differs, cluster by cluster. */
export function driftMarkdown({ stack, clusters, findings, isUnfinished, summary }: DriftReport): string {
  const compared = clusters.reduce((sum, { objects }) => sum + objects, 0);
  const drifted = clusters.filter(({ status }) => status === "drifted").length;
  const isFine = summary.drift === 0 && summary.unreachable === 0;
  const head = isFine
    ? `**${stack}**: no drift. ${counted(compared, "object")} in ${counted(clusters.length, "cluster")} stand as applied.`
    : `**${stack}**: ${counted(summary.drift, "difference")} in ${drifted} of ${counted(clusters.length, "cluster")}${
        summary.unreachable === 0 ? "" : `, ${counted(summary.unreachable, "cluster")} could not be asked`
      }.`;
  const remedies = unique(findings.map(({ remedy }) => remedy));
  const shown = findings.slice(0, mostRows);
  const more = findings.length - shown.length;
  return [
    head,
    ...(isUnfinished ? ["", "An update is under way, or was killed: what differs may be half of it."] : []),
    ...(findings.length === 0
      ? []
      : [
          "",
          "| cluster | what | where | applied | stands |",
          "| --- | --- | --- | --- | --- |",
          ...shown.map(row),
          ...(more === 0 ? [] : ["", `And ${more} more: \`isthmus drift --stack ${stack}\`.`]),
          "",
          "<details><summary>What to do</summary>",
          "",
          ...remedies.slice(0, mostRows).map((remedy) => `- ${directions(remedy)}`),
          "",
          "</details>",
        ]),
    "",
  ].join("\n");
}

function row(finding: DriftFinding): string {
  const { cluster, expected, found, object, path, severity } = finding;
  const about = object === undefined ? "the cluster" : objectText(object);
  const kind = severity === "warning" ? `${finding.kind} (warning)` : finding.kind;
  const where = path === "" ? about : `${about}: ${path}`;
  return `| ${[cluster, kind, where, expected, found].map(cell).join(" | ")} |`;
}

function cell(text: string): string {
  return escaped(text.length > longestCell ? `${text.slice(0, longestCell)}…` : text);
}

/** What would end the cell, begin markup or a link, or call somebody by name. */
function escaped(text: string): string {
  return inline(text)
    .replaceAll(/[\\`|*[\]]/g, "\\$&")
    .replaceAll("<", "&lt;");
}

/**
 * Words of ours, in which commands and settings are marked as code. Names in them are others', and may end the code early:
 * what stands outside of it is escaped.
 */
function directions(text: string): string {
  const pieces = text.replaceAll(/\s+/g, " ").split("`");
  return pieces
    .map((piece, index) => {
      const isCode = index % 2 === 1 && index < pieces.length - 1;
      return isCode && piece !== "" ? `\`${piece}\`` : escaped(piece);
    })
    .join("");
}

/** On one line, and nobody is called by name. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("@", "@\u200b");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
