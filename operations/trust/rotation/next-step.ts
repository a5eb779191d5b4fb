import { issuingRootOf, listed, type MeshPlan } from "../../../topology";

/** `trust.generated` of the mesh's file: the roots that the stack makes, and under which of them istiods sign. */
export type GeneratedRoots = MeshPlan["trust"]["generated"];

/** What a rotation is decided by. */
export type RotatingPlan = Pick<MeshPlan, "controlPlanes" | "trust">;

/** One step on the way to another root, an edit of the mesh's file and the update that follows it. */
export interface RotationStep {
  /**
   * - `trust`: the root is made, and everybody trusts it too;
   * - `issue`: one istiod gets its intermediate under it;
   * - `distrust`: the others are trusted no more, and are gone.
   */
  readonly kind: "trust" | "issue" | "distrust";
  /** What `trust.generated` says after it. */
  readonly generated: GeneratedRoots;
  /** What it does, as an imperative sentence. */
  readonly what: string;
  /** Why no call is lost, once every proxy has followed the step before it. */
  readonly why: string;
}

/**
 * What is next on the way to a root, from what the mesh's file says and nothing else: first it is trusted beside the others,
 * then one istiod after the other signs under it, then the others go. To go back is to go to the former root: the same steps,
 * from wherever the file stands. Pure.
 * @param goal Name of the root that is to be the only one.
 * @returns Undefined when it is.
 */
export function nextRotationStep(plan: RotatingPlan, goal: string): RotationStep | undefined {
  const { generated } = plan.trust;
  if (!generated.roots.includes(goal)) return trusting(generated, goal);
  const signing = plan.controlPlanes.map(({ name }) => name);
  const [next, ...later] = signing.filter((site) => issuingRootOf(plan, site) !== goal);
  if (next !== undefined) return issuing(plan, goal, next, later.length === 0);
  const others = generated.roots.filter((name) => name !== goal);
  return others.length === 0 ? undefined : distrusting(goal, others);
}

/**
 * All steps from what the file says to the end. Pure.
 * @returns None when the root is the only one already.
 */
export function rotationSteps(plan: RotatingPlan, goal: string): RotationStep[] {
  const step = nextRotationStep(plan, goal);
  if (step === undefined) return [];
  const after = { ...plan, trust: { ...plan.trust, generated: step.generated } };
  return [step, ...rotationSteps(after, goal)];
}

function trusting(generated: GeneratedRoots, goal: string): RotationStep {
  return {
    kind: "trust",
    generated: { ...generated, roots: [...generated.roots, goal] },
    what: `Make the root ${goal}, and let everybody trust it beside ${listed(generated.roots)}.`,
    why: "Roots are only added: whatever is accepted today stays accepted.",
  };
}

/** The last istiod makes it the root of all: what names single istiods is of no use any more. */
function issuing({ trust: { generated } }: RotatingPlan, goal: string, site: string, isLast: boolean): RotationStep {
  const { roots, issuer, issuers } = generated;
  const ofOthers = Object.fromEntries(Object.entries(issuers).filter(([name]) => name !== site));
  const own = issuer === goal ? {} : { [site]: goal };
  return {
    kind: "issue",
    generated: isLast ? { roots, issuer: goal, issuers: {} } : { roots, issuer, issuers: { ...ofOthers, ...own } },
    what: `Let the istiod of ${site} sign under ${goal}.`,
    why: `Every proxy trusts ${goal} before the first certificate is signed under it.`,
  };
}

function distrusting(goal: string, others: readonly string[]): RotationStep {
  return {
    kind: "distrust",
    generated: { roots: [goal], issuer: goal, issuers: {} },
    what: `Drop ${listed(others)}: ${goal} is the only root.`,
    why: `Every certificate that a workload presents leads to ${goal}.`,
  };
}
