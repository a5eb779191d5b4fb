import { looksSecret } from "./secrets";
import { shortQuote } from "./text";

/** Namespace of all that a stack's configuration has for Isthmus. */
export const configurationNamespace = "isthmus";

/** Where the mesh's configuration lives in a stack's file: the first part of every path that a problem names. */
export const meshKey = `${configurationNamespace}:mesh`;

/**
 * The path of a value in the configuration, as problems write it: `isthmus:mesh.clusters.east.network`.
 * A key that is no plain word is quoted: `isthmus:mesh.clusters["a.b"]`.
 */
export function configurationPath(...keys: readonly (string | number)[]): string {
  return pathBelow(meshKey, keys);
}

/** The path of a value below another. */
export function pathBelow(root: string, keys: readonly (string | number)[]): string {
  return keys.reduce<string>((path, key) => path + segment(key), root);
}

function segment(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  if (looksSecret(key)) return `[a key of ${key.length} characters]`;
  return /^[A-Za-z0-9_-]+$/.test(key) ? `.${key}` : `[${shortQuote(key)}]`;
}
