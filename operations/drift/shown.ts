/** Values of objects in words: short, on one line, and never a secret. Pure. */

import { describeFound, looksSecret, namesSecret, shortQuote } from "../../topology";
import type { Difference } from "./compare/compare";
import type { KubernetesObject } from "./compare/object-kind";
import type { Path, Step } from "./compare/path";

/** What was applied and what stands, in words. */
export interface Shown {
  readonly expected: string;
  readonly found: string;
}

/** A difference in words. Of what is secret, or may be, only that it differs. */
export function shown(object: KubernetesObject, { kind, path, expected, found }: Difference): Shown {
  if (mayBeSecret(object, path)) {
    return {
      expected: kind === "extra" ? "nothing" : "the value that was applied",
      found: kind === "missing" ? "nothing" : kind === "extra" ? "a value" : "another value",
    };
  }
  if (typeof expected === "string" && typeof found === "string") return shownTexts(expected, found);
  if (holdsSecretOption(path, expected, found))
    return { expected: describeFound(expected), found: describeFound(found) };
  return { expected: shownValue(expected), found: shownValue(found) };
}

/** Whether the value at a place is not to be shown. */
export function mayBeSecret({ kind }: Pick<KubernetesObject, "kind">, path: Path): boolean {
  if (kind === "Secret" && path[0] !== "metadata" && path[0] !== "type") return true;
  if (kind === "Secret" && path[1] === "annotations") return true;
  const last = path.at(-1);
  // A variable's value goes by the variable's name.
  if (typeof last === "string" && last !== "value") return namesSecret(last);
  const entry = path.at(last === "value" ? -2 : -1);
  return typeof entry === "object" && namesSecret(entry.entry);
}

/** Of long texts the first line that differs is shown. */
function shownTexts(expected: string, found: string): Shown {
  if (!expected.includes("\n") && !found.includes("\n")) {
    return { expected: shownValue(expected), found: shownValue(found) };
  }
  const [expectedLines, foundLines] = [expected.split("\n"), found.split("\n")];
  const line = expectedLines.findIndex((text, index) => text !== foundLines[index]);
  const at = line < 0 ? expectedLines.length : line;
  return { expected: shownLine(expectedLines, at), found: shownLine(foundLines, at) };
}

function shownLine(lines: readonly string[], at: number): string {
  const text = lines[at];
  if (text === undefined) return `the end after line ${at}`;
  return namesSecret(text) ? `line ${at + 1} (not shown)` : `line ${at + 1}: ${describeFound(text.trim())}`;
}

/** More words than this make no short list. */
const longestList = 6;

/** A value in words. */
export function shownValue(value: unknown): string {
  const words = Array.isArray(value) ? shortWords(value) : undefined;
  return words === undefined ? describeFound(value) : `[${words.map(shortQuote).join(", ")}]`;
}

/** A list's entries, where it has few, and all are short and harmless. */
function shortWords(value: readonly unknown[]): string[] | undefined {
  const words = value.filter((entry) => typeof entry === "string" && entry.length <= 40 && !looksSecret(entry));
  return words.length === value.length && words.length > 0 && words.length <= longestList
    ? words.map(String)
    : undefined;
}

/** Lists of what is run, whose words may be options with a secret in them. */
const commandLines: readonly (Step | undefined)[] = ["args", "command"];

function holdsSecretOption(path: Path, ...lists: readonly unknown[]): boolean {
  return (
    commandLines.includes(path.at(-1)) &&
    lists.some((list) => Array.isArray(list) && list.some((word) => namesSecret(String(word))))
  );
}
