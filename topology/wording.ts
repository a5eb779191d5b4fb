import { z } from "zod";
import { looksSecret } from "./secrets";

/** How problems speak of a value of the configuration. */
export interface Wording {
  /** What belongs there, as a noun phrase. */
  readonly expected: string;
  /** A value as one would write it in YAML. */
  readonly example: string;
  /** What to do about a value of the right type that is wrong in a way that we recognise. */
  readonly mend?: (value: string) => string | undefined;
  /** What to do about a value that is encrypted. Default: to write it in plain text, since it is no secret. */
  readonly mendEncrypted?: string;
}

const wordings = z.registry<Wording>();

/** Gives a schema its words. A schema derived from it (`.describe()`, `.optional()` on top) keeps them. */
export function worded<Schema extends z.ZodType>(schema: Schema, wording: Wording): Schema {
  wordings.add(schema, wording);
  return schema;
}

/** The words of a schema. Every value of the configuration has some; a test holds us to it. */
export function wordingOf(schema: z.core.$ZodType): Wording | undefined {
  return wordings.get(schema);
}

/** Says which characters keep a string from being a DNS label, and a name that would do. */
export function mendDnsLabel(value: string): string | undefined {
  const label = looksSecret(value) ? undefined : toDnsLabel(value);
  const proposal = label === undefined ? "" : `; \`${label}\` would do`;
  const wrong = [...new Set(value.replaceAll(/[-a-z0-9]/g, ""))];
  if (wrong.length > 0) {
    const shown = wrong.slice(0, 8).map(characterName);
    return `Take out ${shown.join(", ")}${proposal}.`;
  }
  if (value.length > 63) return `Shorten it from ${value.length} to at most 63 characters.`;
  return value === "" ? undefined : `Let it begin and end with a letter or a digit${proposal}.`;
}

/** A character in a sentence: one that cannot be seen, or would break the line, by its name or number. */
function characterName(character: string): string {
  if (character === " ") return "space";
  if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(character)) return `\`${character}\``;
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function toDnsLabel(value: string): string | undefined {
  const label = value
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
  return label === "" ? undefined : label;
}
