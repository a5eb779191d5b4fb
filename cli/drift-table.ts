import { createColors } from "picocolors";
import { objectText, type ClusterStatus, type DriftFinding, type DriftReport } from "../operations/deployment";
import type { Style } from "./verify-table";

const words: Record<ClusterStatus, string> = { "as-applied": "ok   ", drifted: "DRIFT", unreachable: "FAIL " };
const symbols: Record<ClusterStatus, string> = { "as-applied": "✓", drifted: "✗", unreachable: "✗" };

/** A line for each cluster, below it one for each thing that is not as it was applied, and what to do. Pure. */
export function driftTable(report: DriftReport, style: Style): string {
  const paint = createColors(style.colour);
  const lines = report.clusters.flatMap(({ cluster, objects, status }) => {
    const findings = report.findings.filter((finding) => finding.cluster === cluster);
    const colour = status === "as-applied" ? paint.green : paint.red;
    return [
      `${colour(style.symbols ? symbols[status] : words[status])} ${cluster} ${paint.dim(`(${objects} objects)`)}`,
      ...[...groupedByObject(findings)].flatMap(([about, of]) => [
        `      ${paint.bold(about)}`,
        ...of.map((finding) => `        ${lineOf(finding)}`),
        ...unique(of.map(({ remedy }) => remedy)).map(
          (remedy) => `        ${paint.dim(style.symbols ? "→" : "->")} ${remedy}`,
        ),
      ]),
    ];
  });
  const { drift, unreachable, warnings } = report.summary;
  return [
    ...lines,
    ...(report.isUnfinished ? ["", "An update is under way, or was killed: what differs may be half of it."] : []),
    "",
    `${drift} drifted, ${warnings} warned, ${unreachable} of ${report.clusters.length} clusters could not be asked`,
    "",
  ].join("\n");
}

function groupedByObject(findings: readonly DriftFinding[]): Map<string, DriftFinding[]> {
  const groups = new Map<string, DriftFinding[]>();
  for (const finding of findings) {
    const about = finding.object === undefined ? "the cluster" : objectText(finding.object);
    groups.set(about, [...(groups.get(about) ?? []), finding]);
  }
  return groups;
}

function lineOf({ expected, found, kind, path, severity }: DriftFinding): string {
  const where = path === "" ? "" : `${path}: `;
  return `${severity === "warning" ? "warning, " : ""}${kind}: ${where}expected ${expected}, found ${found}`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
