import type { MeshPlan } from "../../../topology";
import type { MeshOutputs } from "../../deployment/outputs";
import type { TrustReport } from "../report";
import { rootsElsewhere, type RootsElsewhere } from "./elsewhere";
import { rotationSteps, type RotationStep } from "./next-step";
import { readinessOf, type Readiness } from "./readiness";

/** Where a change of the roots stands, and what is next. */
export interface RotationReport {
  /** Id of the mesh. */
  readonly mesh: string;
  /** The roots that the stack makes, as the mesh's file names them, in its order; none where they come from elsewhere. */
  readonly roots: readonly string[];
  /** The root that is to be the only one; undefined where no change is under way and none is asked for. */
  readonly goal?: string;
  /** Whether the first of the steps may be taken. */
  readonly readiness: Readiness;
  /** What is left to do, the next first; none where the goal is reached. */
  readonly steps: readonly RotationStep[];
  /** Roots that the stack does not make; undefined where it does. */
  readonly elsewhere?: RootsElsewhere;
}

/** @param goal Undefined where no change is under way. Pure. */
export function rotationReport(
  plan: MeshPlan,
  goal: string | undefined,
  outputs: MeshOutputs,
  trust: TrustReport,
): RotationReport {
  const readiness = readinessOf(plan, outputs, trust);
  const elsewhere = rootsElsewhere(plan, trust, readiness.kind === "ready");
  return {
    mesh: plan.id,
    roots: elsewhere === undefined ? plan.trust.generated.roots : [],
    ...(goal === undefined ? {} : { goal }),
    readiness,
    steps: goal === undefined ? [] : rotationSteps(plan, goal),
    ...(elsewhere === undefined ? {} : { elsewhere }),
  };
}
