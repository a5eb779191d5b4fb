import type { Naming } from "./safety";
import { afterwards, type MeshStanding } from "./standing";
import { nextStep, type Goal, type Step } from "./step";

/**
 * All steps from where the mesh stands to the goal, each taken when everything has followed the one before. None where it
 * is there already.
 * @throws RangeError as {@link nextStep} does; and where the goal cannot be reached from here without an outage, with the
 * handshake that would fail: calls fail already, or the old root's path length forbids the cross-signed chain.
 */
export function planOf(mesh: MeshStanding, goal: Goal, naming?: Naming): Step[] {
  const steps: Step[] = [];
  for (let at = afterwards(mesh, new Map()); ;) {
    const next = nextStep(at, goal, naming);
    if (next.kind === "done") return steps;
    if (next.kind === "wait") throw new RangeError(`no safe way there: ${next.until.words}`);
    steps.push(next.step);
    at = afterwards(at, next.step.change);
  }
}
