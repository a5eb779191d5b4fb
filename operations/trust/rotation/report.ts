import type { MeshPlan } from "../../../topology";
import type { MeshOutputs } from "../../deployment/outputs";
import type { TrustReport } from "../report";
import { rotationSteps, type RotationStep } from "./next-step";
import { readinessOf, type Readiness } from "./readiness";

/** Where a change to another generated root stands, and what is next. */
export interface RotationReport {
  /** Id of the mesh. */
  readonly mesh: string;
  /** The roots that the mesh's file names, in its order. */
  readonly roots: readonly string[];
  /** The root that is to be the only one; undefined where no change is under way and none is asked for. */
  readonly goal?: string;
  /** Whether the first of the steps may be taken. */
  readonly readiness: Readiness;
  /** What is left to do, the next first; none where the goal is reached. */
  readonly steps: readonly RotationStep[];
}

/** @param goal Undefined where no change is under way. Pure. */
export function rotationReport(
  plan: MeshPlan,
  goal: string | undefined,
  outputs: MeshOutputs,
  trust: TrustReport,
): RotationReport {
  return {
    mesh: plan.id,
    roots: plan.trust.generated.roots,
    ...(goal === undefined ? {} : { goal }),
    readiness: readinessOf(plan, outputs, trust),
    steps: goal === undefined ? [] : rotationSteps(plan, goal),
  };
}
