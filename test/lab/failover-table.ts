import type { Policy } from "./failover-service";
import type { PhaseFigures } from "./phase-figures";

/** What the calls of one way came to under one policy in one phase. */
export interface WayFigures extends PhaseFigures {
  readonly policy: Policy;
  /** How the calls were made. */
  readonly way: string;
  /** Whether a proxy may send them again. */
  readonly isRequest: boolean;
}

const heads = [
  "phase",
  "policy",
  "requests",
  "failed",
  "TCP connections",
  "failed",
  "longest time without an answer",
  "as meant after",
];

/** The figures as a table of Markdown: a row for each phase and policy, all requests together. Pure. */
export function tableOf(figures: readonly WayFigures[]): string {
  const phases = [...new Set(figures.map(({ phase }) => phase))];
  const policies = [...new Set(figures.map(({ policy }) => policy))];
  const rows = phases.flatMap((phase) =>
    policies.map((policy, index) => {
      const all = figures.filter((one) => one.phase === phase && one.policy === policy);
      const requests = all.filter(({ isRequest }) => isRequest);
      const connections = all.filter(({ isRequest }) => !isRequest);
      return [
        index === 0 ? phase : "",
        policy,
        String(sumOf(requests, "calls")),
        failedOf(requests),
        String(sumOf(connections, "calls")),
        failedOf(connections),
        seconds(Math.max(...requests.map(({ longestWithoutMs }) => longestWithoutMs))),
        reachedAfter(requests),
      ];
    }),
  );
  return [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function sumOf(figures: readonly WayFigures[], key: "calls" | "failed"): number {
  return figures.reduce((sum, one) => sum + one[key], 0);
}

function failedOf(figures: readonly WayFigures[]): string {
  const failed = sumOf(figures, "failed");
  const ways = figures.filter((one) => one.failed > 0);
  if (failed === 0 || figures.length === 1) return String(failed);
  return `${failed} (${ways.map(({ failed: of, way }) => `${way} ${of}`).join(", ")})`;
}

/** That of the way that took longest, if all got there. */
function reachedAfter(figures: readonly WayFigures[]): string {
  const all = figures.map(({ reachedAfterMs }) => reachedAfterMs ?? Infinity);
  return seconds(Math.max(...all));
}

function seconds(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? `${(milliseconds / 1000).toFixed(1)} s` : "–";
}
