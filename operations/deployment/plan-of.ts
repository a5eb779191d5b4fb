import { readMesh } from "../../access";
import { planMesh, type MeshPlan } from "../../topology";
import { handedOver } from "./configuration-size";

/**
 * What follows from a mesh's configuration.
 * @param directory Directory that the configuration's relative paths start from.
 * @throws ConfigurationError with every problem at once: of a configuration that is too long to be handed to Pulumi's program that
 * alone.
 */
export async function planOf(configuration: unknown, directory: string): Promise<MeshPlan> {
  return planMesh(await readMesh(handedOver(configuration), directory));
}
