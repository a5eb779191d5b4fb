import { isReportedWell, type MeshReport } from "./report";

/** Whether the mesh is well, and that in a sentence or two. */
export interface Verdict {
  readonly isWell: boolean;
  readonly words: string;
}

/** What a report comes to. Pure. */
export function verdictOf(report: MeshReport): Verdict {
  const { calls, doctor, verify } = report;
  const failed = verify?.summary.fail ?? 0;
  const causes = doctor.causes.filter(({ accepted }) => accepted === undefined).length;
  const found = [
    ...(causes === 0 ? [] : [`${counted(causes, "cause")} found`]),
    ...(failed === 0 ? [] : [`${counted(failed, "check")} failed`]),
  ];
  const isWell = isReportedWell(report);
  return {
    isWell,
    words: `${found.length > 0 ? found.join(", ") : isWell ? "Nothing was found to be wrong" : "Not everything could be checked"}. ${callWords(calls)}`,
  };
}

function callWords(calls: MeshReport["calls"]): string {
  const count = (outcome: MeshReport["calls"][number]["outcome"]): number =>
    calls.filter((one) => one.outcome === outcome).length;
  const [answered, unanswered] = [count("answered"), count("unanswered")];
  if (answered + unanswered === 0) return "No calls were made between clusters.";
  const left = calls.length - answered - unanswered;
  return `Calls: ${[
    `${answered} of ${counted(calls.length, "pair")} of clusters answered`,
    ...(unanswered === 0 ? [] : [`${unanswered} did not`]),
    ...(left === 0 ? [] : [`${left} not called`]),
  ].join(", ")}.`;
}

/** `1 cause`, `2 causes` */
function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
