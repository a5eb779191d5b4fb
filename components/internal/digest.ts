import { createHash } from "node:crypto";

/** Enough of a SHA-256 that nobody finds another text with it, and no more to read past in a diff. */
const digestCharacters = 32;

/**
 * A digest of some text. It is public: the text must be one that nobody can guess, or no secret. Pure.
 */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digestCharacters);
}
