import { configurationPath } from "../path";
import type { Mesh } from "../schema";

/** What may be found in a mesh and is meant to be so, for a reason. */
export interface AcceptedFinding {
  /** Id of a check of `isthmus verify`, or of a fault of `isthmus doctor`. */
  readonly finding: string;
  /** The clusters that it may be about; undefined for all. */
  readonly clusters?: readonly string[];
  readonly reason: string;
  /** The last day on which it counts, as year-month-day by UTC; undefined for one without an end. */
  readonly until?: string;
}

/** One of them, and where the configuration has it. */
export interface AcceptedFindingPlan extends AcceptedFinding {
  readonly path: string;
}

/** What the configuration accepts, in its order. Pure. */
export function planAccepted({ accepted }: Mesh): AcceptedFindingPlan[] {
  return accepted.map(({ clusters, finding, reason, until }, index) => ({
    finding,
    path: configurationPath("accepted", index),
    reason,
    ...(clusters === undefined ? {} : { clusters }),
    ...(until === undefined ? {} : { until }),
  }));
}
