import { goalOf, rotationReport, type Destination, type RotationReport } from "../trust";
import { readTrust } from "./examinations";
import type { Run } from "./run";
import { stacksOf } from "./stacks";

/**
 * Where a change to another root stands, from the last update's outputs and the clusters.
 * @throws ConfigurationError where a root is asked for and the stack makes none, or the way does not fit a change that is
 *   under way.
 */
export async function readRotation(run: Run, destination: Destination): Promise<RotationReport> {
  const { plan } = run;
  const goal = goalOf(plan, destination);
  const outputs = await stacksOf(plan).outputs(run);
  return rotationReport(plan, goal, outputs ?? {}, await readTrust(run));
}
