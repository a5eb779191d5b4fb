import { z } from "zod";
import { describeFound, isEncrypted } from "./found";
import { configurationPath, meshKey } from "./path";
import type { Problem } from "./problem";
import { listed, nearest } from "./suggest";
import { looksSecret } from "./secrets";
import { wordingOf, type Wording } from "./wording";

/** Keys and list positions that lead from the mesh to a value. */
export type Keys = readonly (string | number)[];

/** What inspection of a value gives. */
export interface Inspection {
  readonly problems: readonly Problem[];
  /**
   * A copy without the parts that are wrong, so that rules can look at the rest; undefined when nothing is left. Items of
   * lists keep their places.
   */
  readonly sound: unknown;
  /** Where the user meant something that `sound` does not have: values that are wrong, and keys that were misspelt. */
  readonly doubts: readonly Keys[];
}

/**
 * Compares a value with its schema, all the way down, and says in our own words what is wrong.
 * The schema decides what is valid; the walk finds every problem at once, also below a wrong key.
 */
export function inspect(schema: z.core.$ZodType, value: unknown, keys: Keys = []): Inspection {
  const wording = wordsFor(schema);
  const core = unwrapped(schema);
  if (value === undefined)
    return isOptional(schema) ? sound(undefined) : wrong(keys, wording, value, addFix(keys, wording));
  const isTree =
    core instanceof z.ZodObject ||
    core instanceof z.ZodRecord ||
    core instanceof z.ZodUnion ||
    core instanceof z.ZodArray;
  if (isTree && isEncryptedString(core, value)) return wrong(keys, wording, value, plainTextFix);
  if (core instanceof z.ZodArray)
    return Array.isArray(value)
      ? inspectArray(core, value, keys, wording)
      : wrong(keys, wording, value, listFix(core.element, value, wording));
  if (isTree && !isMapping(value)) return wrong(keys, wording, value, mappingFix(value, wording));
  if (core instanceof z.ZodObject) return inspectObject(core, value as Mapping, keys);
  if (core instanceof z.ZodRecord) return inspectRecord(core, value as Mapping, keys);
  if (core instanceof z.ZodUnion) return inspectUnion(schema, core, value as Mapping, keys);
  return z.safeParse(core, value).success ? sound(value) : wrong(keys, wording, value, leafFix(core, value, wording));
}

function inspectObject(schema: z.ZodObject, value: Mapping, keys: Keys): Inspection {
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const known = Object.keys(shape);
  const missing = known.filter((key) => !Object.hasOwn(value, key));
  const problems: Problem[] = [];
  const doubts: Keys[] = [];
  const misspelt = new Set<string>();
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, missing) ?? nearest(key, known);
    if (meant !== undefined && missing.includes(meant)) misspelt.add(meant);
    problems.push(unknownKey(keys, key, known, meant));
  }
  const kept: Mapping = {};
  for (const [key, field] of Object.entries(shape)) {
    const present = Object.hasOwn(value, key);
    // A misspelt key is one mistake, not two: its right spelling is not reported as missing as well.
    if (!present && misspelt.has(key)) {
      doubts.push([...keys, key]);
      continue;
    }
    const inspection = inspect(field, present ? value[key] : undefined, [...keys, key]);
    problems.push(...inspection.problems);
    doubts.push(...inspection.doubts);
    if (inspection.sound !== undefined) kept[key] = inspection.sound;
  }
  return { problems, sound: kept, doubts };
}

function inspectRecord(schema: z.ZodRecord, value: Mapping, keys: Keys): Inspection {
  const problems: Problem[] = [];
  const doubts: Keys[] = [];
  const kept: Mapping = {};
  for (const [key, item] of Object.entries(value)) {
    const here = [...keys, key];
    const name = inspectName(schema.keyType, key, here);
    const inspection = schema.valueType instanceof z.ZodUnknown ? sound(item) : inspect(schema.valueType, item, here);
    problems.push(...name.problems, ...inspection.problems);
    doubts.push(...name.doubts, ...inspection.doubts);
    if (name.problems.length === 0 && inspection.sound !== undefined) kept[key] = inspection.sound;
  }
  return { problems, sound: kept, doubts };
}

function inspectName(schema: z.core.$ZodType, key: string, keys: Keys): Inspection {
  const wording = wordsFor(schema);
  // Zod passes over this key, so a record would silently lose it.
  if (key !== "__proto__" && z.safeParse(schema, key).success) return sound(key);
  return wrong(keys, wording, key, wording.mend?.(key) ?? `Rename it, for example to ${code(wording.example)}.`);
}

function inspectArray(schema: z.ZodArray, value: readonly unknown[], keys: Keys, wording: Wording): Inspection {
  // Items are judged one by one, so what is left for the list itself is its length.
  if (value.length === 0 && !z.safeParse(schema, value).success)
    return wrong(keys, wording, value, `Write at least one item, for example ${code(wording.example)}, or remove it.`);
  const items = value.map((item, index) => inspect(schema.element, item ?? null, [...keys, index]));
  return {
    problems: items.flatMap(({ problems }) => problems),
    sound: items.map((item) => item.sound),
    doubts: items.flatMap(({ doubts }) => doubts),
  };
}

/**
 * A union of mappings that differ in their keys: the branch is the one of whose own keys the user began to write one, or
 * misspelt one; where there are only keys that several branches share, the first of these.
 */
function inspectUnion(schema: z.core.$ZodType, union: z.ZodUnion, value: Mapping, keys: Keys): Inspection {
  const wording = wordsFor(schema);
  const branches = union.options.filter((option): option is z.ZodObject => option instanceof z.ZodObject);
  const names = [...new Set(branches.flatMap((branch) => Object.keys(branch.shape)))];
  const written = Object.keys(value);
  const meant = written.map((key) => (names.includes(key) ? key : nearest(key, names)));
  const isOwn = (key: string): boolean => branches.filter(({ shape }) => Object.hasOwn(shape, key)).length === 1;
  const ownOf = ({ shape }: z.ZodObject, among: readonly (string | undefined)[]): string[] =>
    Object.keys(shape).filter((key) => isOwn(key) && among.includes(key));
  const chosen = branches.filter((branch) => ownOf(branch, written).length > 0);
  if (chosen.length > 1) {
    const each = chosen.map((branch) => ownOf(branch, written).map(code).join(" with "));
    return wrong(keys, wording, value, `Keep one of ${each.join(" and ")}, and no more.`);
  }
  const branch =
    chosen[0] ??
    branches.find((candidate) => ownOf(candidate, meant).length > 0 && written.some((key) => names.includes(key))) ??
    branches.find(({ shape }) => written.some((key) => Object.hasOwn(shape, key)));
  if (branch !== undefined) return inspectObject(branch, value, keys);
  if (written.length === 0) {
    const orRemove = isOptional(schema) ? ", or remove it to take the default" : "";
    return wrong(keys, wording, value, `Write ${code(wording.example)}${orRemove}.`);
  }
  return {
    problems: written.map((key) => unknownKey(keys, key, names, nearest(key, names))),
    sound: undefined,
    doubts: [keys],
  };
}

function unknownKey(keys: Keys, key: string, known: readonly string[], meant: string | undefined): Problem {
  return {
    path: configurationPath(...keys, key),
    expected: `one of the keys ${listed(known)}`,
    found: "an unknown key",
    fix: meant === undefined ? "Remove it." : `Did you mean ${code(meant)}?`,
  };
}

function wrong(keys: Keys, wording: Wording, value: unknown, fix: string): Inspection {
  return {
    problems: [{ path: configurationPath(...keys), expected: wording.expected, found: describeFound(value), fix }],
    sound: undefined,
    doubts: [keys],
  };
}

function sound(value: unknown): Inspection {
  return { problems: [], sound: value, doubts: [] };
}

function addFix(keys: Keys, wording: Wording): string {
  return `Add it, for example ${code(`${keys.at(-1) ?? meshKey}: ${wording.example}`)}.`;
}

function mappingFix(value: unknown, wording: Wording): string {
  if (Array.isArray(value)) return `Write a mapping instead of a list, for example ${code(wording.example)}.`;
  return `Write a mapping, for example ${code(wording.example)}.`;
}

function listFix(item: z.core.$ZodType, value: unknown, wording: Wording): string {
  const isItem = typeof value === "string" && z.safeParse(item, value).success && !looksSecret(value);
  return `Write a list, for example ${code(isItem ? `[${value}]` : wording.example)}.`;
}

/** A secret of Pulumi's where a tree must be: not one that has a key `secure` of its own, such as a cluster of that name. */
function isEncryptedString(schema: z.core.$ZodType, value: unknown): boolean {
  if (!isEncrypted(value) || typeof (value as Mapping)["secure"] !== "string") return false;
  return !(schema instanceof z.ZodRecord) || schema.valueType instanceof z.ZodObject;
}

const plainTextFix = "Write it in plain text: it is no secret, and Isthmus must know it before anything is decrypted.";

function leafFix(schema: z.core.$ZodType, value: unknown, wording: Wording): string {
  if (isEncrypted(value)) return wording.mendEncrypted ?? plainTextFix;
  const isScalar = typeof value === "number" || typeof value === "boolean";
  if (isScalar && z.safeParse(schema, String(value)).success)
    return `Put it in quotes: ${code(JSON.stringify(String(value)))}.`;
  if (typeof value === "string" && z.safeParse(schema, Number(value)).success && value.trim() !== "")
    return `Write it without quotes: ${code(String(Number(value)))}.`;
  const mended =
    typeof value === "string" ? wording.mend?.(value) : isScalar ? wording.mend?.(String(value)) : undefined;
  return mended ?? `Write a value such as ${code(wording.example)}.`;
}

function wordsFor(schema: z.core.$ZodType): Wording {
  const own = wordingOf(schema);
  if (own !== undefined) return own;
  if (isWrapper(schema)) return wordsFor(schema._zod.def.innerType);
  return { expected: "another value", example: "…" };
}

type Wrapper = z.ZodOptional | z.ZodDefault | z.ZodPrefault;

function isWrapper(schema: z.core.$ZodType): schema is Wrapper {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}

/** The schema below `.optional()`, `.default()` and `.prefault()`. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return isWrapper(schema) ? unwrapped(schema._zod.def.innerType) : schema;
}

function isOptional(schema: z.core.$ZodType): boolean {
  return isWrapper(schema) || schema instanceof z.ZodUnknown;
}

type Mapping = Record<string, unknown>;

function isMapping(value: unknown): value is Mapping {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function code(words: string): string {
  return `\`${words}\``;
}
