import { unknownOutput } from "../../access";
import { maskedSecret, namesSecret, withoutSecrets } from "../../topology";
import { isMarked } from "../../engine/state";
import type { Difference } from "./model";

/** What stands for a secret. */
export const masked = maskedSecret;
/** What stands for a value that nobody can know before the update. */
export const notKnown = "[not known yet]";

/** What the engine writes where a value is not known yet: a text each for texts, numbers … (sdk/go/common/resource/plugin, rpc.go). */
const unknowns: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  unknownOutput,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Properties of a resource, as events have them. */
export type Properties = Readonly<Record<string, unknown>>;

/** Whether a value is a tree of its own. */
export function isTree(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined where there is none, or where it is not known yet. */
export function at(properties: Properties | undefined, ...path: readonly string[]): unknown {
  const found = path.reduce<unknown>((value, key) => (isTree(value) ? value[key] : undefined), properties);
  return unknowns.has(found) ? undefined : found;
}

/** The text at a path; undefined where there is none. */
export function textAt(properties: Properties | undefined, ...path: readonly string[]): string | undefined {
  const found = at(properties, ...path);
  return typeof found === "string" ? found : undefined;
}

/**
 * How two trees differ, leaf by leaf, sorted by path. Lists are compared as a whole where their lengths differ: one
 * element that is put in front would else change all others. Of what may not be shown it is said that it differs.
 * @param name What the value is called. Default: nothing.
 */
export function differences(before: unknown, after: unknown, path = "", name = ""): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isInner(before) && isInner(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      differences(before[key], after[key], below(path, key), nameOf(key, { ...before, ...after })),
    );
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((element, index) => differences(element, after[index], `${path}[${String(index)}]`, name));
  }
  if (isInner(before) && after === undefined && Object.keys(before).length > 0)
    return differences(before, {}, path, name);
  if (isInner(after) && before === undefined && Object.keys(after).length > 0)
    return differences({}, after, path, name);
  const [old, fresh] = [readable(before, name), readable(after, name)];
  return [{ path, ...(old === undefined ? {} : { before: old }), ...(fresh === undefined ? {} : { after: fresh }) }];
}

/** A tree to look into: what is marked as a secret is none. */
function isInner(value: unknown): value is Properties {
  return isTree(value) && !isMarked(value);
}

/** A path in Pulumi's notation: `metadata.labels["topology.istio.io/network"]`. */
function below(path: string, key: string): string {
  if (/[."[\]]/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** What the value of a key is called: that of a variable, or of another entry of a list, as the entry is. */
function nameOf(key: string, { name }: Properties): string {
  return key === "value" && typeof name === "string" ? name : key;
}

/** What is no secret, whatever it is called: a switch, or nothing at all. */
const neverSecret: ReadonlySet<unknown> = new Set(["true", "false", "", true, false, undefined, null]);

/**
 * A value for people: secrets masked, those that nobody marked as such too, and what is not known yet by its name.
 * @param name What the value is called, by which it may be known for a secret. Default: nothing.
 */
export function readable(value: unknown, name = ""): unknown {
  if (unknowns.has(value)) return notKnown;
  if (!isTree(value) && !Array.isArray(value) && !neverSecret.has(value) && namesSecret(name)) return masked;
  if (typeof value === "string") {
    const text = withoutSecrets(value);
    return text.trim() === masked ? masked : text;
  }
  if (Array.isArray(value)) return value.map((element) => readable(element, name));
  if (!isTree(value)) return value;
  if (isMarked(value)) return masked;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner, nameOf(key, value))]));
}
