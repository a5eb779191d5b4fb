import { ConfigurationError } from "./problem";
import { meshSchema, type Mesh } from "./schema";

/**
 * Reads what the user wrote under `isthmus:mesh`.
 * @throws ConfigurationError with every problem at once.
 */
export function parseMesh(input: unknown): Mesh {
  const result = meshSchema.safeParse(input);
  if (result.success) return result.data;
  throw new ConfigurationError(
    result.error.issues.map((issue) => ({ path: issue.path.join("."), expected: issue.message, found: "something else", fix: "Mend it." })),
  );
}
