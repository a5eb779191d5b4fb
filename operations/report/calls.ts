import type { DrawnMesh } from "../graph";
import type { MeshFacts } from "../../diagnosis";
import type { VerifyReport } from "../verify";

/** Calls from a cluster to another one that it is to reach, or to itself. */
export interface CallsOfReport {
  readonly from: string;
  readonly to: string;
  readonly outcome: "answered" | "unanswered" | "not-called";
  /** How many were answered, where that was counted. */
  readonly answered?: number;
  /** From the client's first byte to the answer's last, in milliseconds. */
  readonly medianMs?: number;
  readonly slowestMs?: number;
  /** What came instead of an answer, or why nobody called. */
  readonly reason?: string;
}

/** The check of verify that calls from each cluster to each that it reaches. */
export const calledBy = "helloworld-reached";

/** What came of the calls between all pairs of clusters that know each other. Pure. */
export function callsOf(
  { clusters }: MeshFacts,
  { clusters: drawn }: DrawnMesh,
  verify: VerifyReport | undefined,
): CallsOfReport[] {
  const names = drawn.map(({ name }) => name);
  const results = new Map(
    (verify?.checks ?? []).filter(({ id }) => id === calledBy).map((one) => [pairOf(one.clusters), one]),
  );
  const times = new Map((verify?.calls ?? []).map((one) => [pairOf([one.from, one.to]), one]));
  return clusters
    .filter(({ name }, index) => names.includes(name) && clusters.findIndex((one) => one.name === name) === index)
    .flatMap(({ name: from, reaches }) =>
      [...new Set(reaches)]
        .filter((to) => names.includes(to))
        .map((to): CallsOfReport => {
          const result = results.get(pairOf([from, to]));
          const time = times.get(pairOf([from, to]));
          const seen =
            time === undefined ? {} : { answered: time.calls, medianMs: time.medianMs, slowestMs: time.slowestMs };
          if (result?.status === "pass") return { from, to, outcome: "answered", ...seen };
          if (result?.status === "fail") return { from, to, outcome: "unanswered", reason: result.message };
          return { from, to, outcome: "not-called", ...(result === undefined ? {} : { reason: result.message }) };
        }),
    );
}

const pairOf = (clusters: readonly string[]): string => JSON.stringify(clusters);
