import type { Problem } from "../../topology";

/** A chart that could not be had. */
export class ChartFault extends Error {
  /** @param weight A `warning` where it could not be looked at from here, though Helm may be able to. */
  constructor(
    readonly problem: Problem,
    readonly weight: "problem" | "warning" = "problem",
  ) {
    super(problem.found);
    this.name = "ChartFault";
  }
}
