import type { DriftFinding } from "./finding";

/** Findings, in which a namespace that is gone with all that was in it is one. Pure. */
export function withoutContents(findings: readonly DriftFinding[]): DriftFinding[] {
  const isGone = ({ kind, path, object }: DriftFinding): boolean =>
    kind === "missing" && path === "" && object !== undefined;
  const gone = findings.filter((finding) => isGone(finding) && finding.object?.kind === "Namespace");
  const inside = (finding: DriftFinding, namespace: DriftFinding): boolean =>
    isGone(finding) && finding.object?.namespace === namespace.object?.name;
  return findings
    .filter((finding) => !gone.some((namespace) => inside(finding, namespace)))
    .map((finding) => {
      if (!gone.includes(finding)) return finding;
      const count = findings.filter((other) => inside(other, finding)).length;
      return { ...finding, expected: `it, with ${count} objects of ours` };
    });
}
