import { parseMesh, planMesh, type MeshPlan } from "../../topology";
import { handedOver } from "./configuration-size";

/**
 * What follows from a mesh's configuration.
 * @throws ConfigurationError with every problem at once: of a configuration that is too long to be handed to Pulumi's program that
 * alone.
 */
export function planOf(configuration: unknown): MeshPlan {
  return planMesh(parseMesh(handedOver(configuration)));
}
