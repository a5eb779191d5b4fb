import { inspect } from "./inspect";
import { ConfigurationError } from "./problem";
import { brokenRules, type MeshDraft } from "./rules";
import { meshSchema, type Mesh } from "./schema";

/**
 * Reads what the user wrote under `isthmus:mesh`.
 * @throws ConfigurationError with every problem at once: wrong values, and rules that the rest breaks.
 */
export function parseMesh(input: unknown): Mesh {
  const { problems, sound } = inspect(meshSchema, input);
  const draft = (sound ?? {}) as MeshDraft;
  const all = [
    ...problems,
    ...brokenRules(
      draft,
      problems.map((problem) => problem.path),
    ),
  ];
  if (all.length > 0) throw new ConfigurationError(all);
  return meshSchema.parse(input);
}
