import { z } from "zod";
import { describeFound, isEncrypted } from "./found";
import { configurationPath } from "./path";
import type { Problem } from "./problem";
import { listed, nearest } from "./suggest";
import { wordingOf, type Wording } from "./wording";

/** Keys that lead from the mesh to a value. */
export type Keys = readonly string[];

/** What inspection of a value gives. */
export interface Inspection {
  readonly problems: readonly Problem[];
  /** A copy without the parts that are wrong, so that rules can look at the rest; undefined when nothing is left. */
  readonly sound: unknown;
}

/**
 * Compares a value with its schema, all the way down, and says in our own words what is wrong.
 * The schema decides what is valid; the walk finds every problem at once, also below a wrong key.
 */
export function inspect(schema: z.core.$ZodType, value: unknown, keys: Keys = []): Inspection {
  const wording = wordsFor(schema);
  const core = unwrapped(schema);
  if (value === undefined)
    return isOptional(schema) ? { problems: [], sound: undefined } : wrong(keys, wording, value, addFix(keys, wording));
  if (core instanceof z.ZodObject)
    return isMapping(value)
      ? inspectObject(core, value, keys)
      : wrong(keys, wording, value, mappingFix(value, wording));
  if (core instanceof z.ZodRecord)
    return isMapping(value)
      ? inspectRecord(core, value, keys)
      : wrong(keys, wording, value, mappingFix(value, wording));
  if (core instanceof z.ZodUnion)
    return isMapping(value)
      ? inspectUnion(core, value, keys, wording)
      : wrong(keys, wording, value, mappingFix(value, wording));
  if (z.safeParse(core, value).success) return { problems: [], sound: value };
  return wrong(keys, wording, value, leafFix(core, value, wording));
}

function inspectObject(schema: z.ZodObject, value: Mapping, keys: Keys): Inspection {
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const known = Object.keys(shape);
  const missing = known.filter((key) => !Object.hasOwn(value, key));
  const problems: Problem[] = [];
  const renamed = new Set<string>();
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, missing) ?? nearest(key, known);
    if (meant !== undefined && missing.includes(meant)) renamed.add(meant);
    problems.push(unknownKey(keys, key, known, meant));
  }
  const sound: Mapping = {};
  for (const [key, field] of Object.entries(shape)) {
    const present = Object.hasOwn(value, key);
    // A misspelt key is one mistake, not two: its right spelling is not reported as missing as well.
    if (!present && renamed.has(key)) continue;
    const inspection = inspect(field, present ? value[key] : undefined, [...keys, key]);
    problems.push(...inspection.problems);
    if (inspection.sound !== undefined) sound[key] = inspection.sound;
  }
  return { problems, sound };
}

function inspectRecord(schema: z.ZodRecord, value: Mapping, keys: Keys): Inspection {
  const problems: Problem[] = [];
  const sound: Mapping = {};
  for (const [key, item] of Object.entries(value)) {
    const name = inspect(schema.keyType, key, [...keys, key]);
    // Zod passes over this key, so a record would silently lose it.
    const forbidden = key === "__proto__";
    problems.push(
      ...(forbidden ? wrong([...keys, key], wordsFor(schema.keyType), key, "Rename it.").problems : name.problems),
    );
    const inspection =
      schema.valueType instanceof z.ZodUnknown
        ? { problems: [], sound: item }
        : inspect(schema.valueType, item, [...keys, key]);
    problems.push(...inspection.problems);
    if (!forbidden && name.problems.length === 0 && inspection.sound !== undefined) sound[key] = inspection.sound;
  }
  return { problems, sound };
}

/** A union of mappings that differ in their keys: the branch is the one whose keys the user began to write. */
function inspectUnion(schema: z.ZodUnion, value: Mapping, keys: Keys, wording: Wording): Inspection {
  const branches = schema.options.filter((option): option is z.ZodObject => option instanceof z.ZodObject);
  const chosen = branches.filter((branch) => Object.keys(branch.shape).some((key) => Object.hasOwn(value, key)));
  if (chosen.length === 1 && chosen[0] !== undefined) return inspectObject(chosen[0], value, keys);
  const names = branches.flatMap((branch) => Object.keys(branch.shape));
  if (chosen.length > 1)
    return wrong(keys, wording, value, `Keep one of ${names.map(code).join(" and ")}, remove the other.`);
  if (Object.keys(value).length === 0)
    return wrong(keys, wording, value, `Write ${code(wording.example)}, or remove it to take the default.`);
  return {
    problems: Object.keys(value).map((key) => unknownKey(keys, key, names, nearest(key, names))),
    sound: undefined,
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
  };
}

function addFix(keys: Keys, wording: Wording): string {
  return `Add it, for example ${code(`${keys.at(-1) ?? "isthmus:mesh"}: ${wording.example}`)}.`;
}

function mappingFix(value: unknown, wording: Wording): string {
  if (Array.isArray(value)) return `Write a mapping instead of a list, for example ${code(wording.example)}.`;
  return `Write a mapping, for example ${code(wording.example)}.`;
}

function leafFix(schema: z.core.$ZodType, value: unknown, wording: Wording): string {
  if (isEncrypted(value))
    return "Write it in plain text: it is no secret, and Isthmus must know it before anything is decrypted.";
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
