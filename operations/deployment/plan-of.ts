import { parseMesh, planMesh, type MeshPlan } from "../../topology";
import { ensureKnownFindings } from "../acceptance";
import { faultTitles } from "../doctor";
import { checks } from "../verify";
import { handedOver } from "./configuration-size";

/**
 * What follows from a mesh's configuration. What it accepts must be something that this release may find.
 * @throws ConfigurationError with every problem at once: of a configuration that is too long to be handed to Pulumi's program that
 * alone, of findings that nobody knows where all else is sound.
 */
export function planOf(configuration: unknown): MeshPlan {
  const plan = planMesh(parseMesh(handedOver(configuration)));
  ensureKnownFindings(plan.accepted, [...checks.map(({ id }) => id), ...faultTitles.keys()]);
  return plan;
}
