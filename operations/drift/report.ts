import { dataWithoutSecrets } from "../../topology";
import type { ClusterDrift, DriftFinding } from "./finding";

/** What came of one cluster. */
export type ClusterStatus = "as-applied" | "drifted" | "unreachable";

/** What came of a mesh: the document of `isthmus drift -o json`. */
export interface DriftReport {
  readonly stack: string;
  readonly clusters: readonly {
    readonly cluster: string;
    readonly status: ClusterStatus;
    /** Objects that were compared. */
    readonly objects: number;
  }[];
  readonly findings: readonly DriftFinding[];
  /** Whether an update is under way, or was killed: then what stands may be half of it. */
  readonly isUnfinished: boolean;
  readonly summary: {
    /** Findings that count. */
    readonly drift: number;
    /** Findings that do not. */
    readonly warnings: number;
    /** Clusters that could not be asked. */
    readonly unreachable: number;
  };
}

/** Sums up what was found. Pure. */
export function report(stack: string, clusters: readonly ClusterDrift[], isUnfinished: boolean): DriftReport {
  const findings = dataWithoutSecrets(clusters.flatMap((cluster) => cluster.findings));
  const count = (is: (finding: DriftFinding) => boolean): number => findings.filter(is).length;
  return {
    stack,
    clusters: clusters.map((cluster) => ({
      cluster: cluster.cluster,
      status: statusOf(cluster),
      objects: cluster.objects,
    })),
    findings,
    isUnfinished,
    summary: {
      drift: count(({ kind, severity }) => severity === "drift" && kind !== "unreachable"),
      warnings: count(({ severity }) => severity === "warning"),
      unreachable: count(({ kind }) => kind === "unreachable"),
    },
  };
}

/** Whether everything stands as it was applied, as far as can be said of every cluster. */
export function isAsApplied({ summary: { drift, unreachable } }: DriftReport): boolean {
  return drift === 0 && unreachable === 0;
}

function statusOf({ findings }: ClusterDrift): ClusterStatus {
  if (findings.some(({ kind }) => kind === "unreachable")) return "unreachable";
  return findings.some(({ severity }) => severity === "drift") ? "drifted" : "as-applied";
}
