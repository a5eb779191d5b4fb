import { inspect } from "./inspect";
import { ConfigurationError } from "./problem";
import { brokenRules } from "./rules";
import { meshSchema, type Mesh } from "./schema";

/**
 * Reads what the user wrote under `isthmus:mesh`.
 * @throws ConfigurationError with every problem at once: wrong values, and rules that the rest breaks.
 */
export function parseMesh(input: unknown): Mesh {
  const { problems, sound, doubts } = inspect(meshSchema, input);
  const all = [...problems, ...brokenRules(sound ?? {}, doubts)];
  if (all.length > 0) throw new ConfigurationError(all);
  return meshSchema.parse(input);
}
