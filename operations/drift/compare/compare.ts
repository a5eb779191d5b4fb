/** What was applied against what stands, field by field. Pure. */

import { isMap } from "../../../topology";
import { guardedBy } from "./guarded";
import { ignoredBy, type Surroundings } from "./ignored";
import { mayBeLeftOut, meansTheSame } from "./leaf";
import { entryNames, pairEntries } from "./lists";
import { isOfKinds, istioResources, type KubernetesObject } from "./object-kind";
import type { Path, Step } from "./path";

/** One step of a JSON Patch (RFC 6902) by which an object becomes again what was applied. */
export interface Mend {
  readonly op: "add" | "replace" | "remove";
  /** Keys and places from the object down, as it stands; `-` is the place after a list's last entry. */
  readonly at: readonly (string | number)[];
  readonly value?: unknown;
}

/** One place at which an object is not what was applied. */
export interface Difference {
  /** `missing`: applied and not there. `changed`: there with another value. `extra`: there and never applied. */
  readonly kind: "missing" | "changed" | "extra";
  readonly path: Path;
  /** What was applied; undefined for what is extra. May be secret. */
  readonly expected?: unknown;
  /** What stands; undefined for what is missing. May be secret. */
  readonly found?: unknown;
  /** Puts it back. Several differences of one list may share one. */
  readonly mend: Mend;
}

/** A place in both objects. */
interface Place {
  readonly path: Path;
  /** The same in the object that stands, where lists may be in another order. */
  readonly at: readonly (string | number)[];
  /** In a list that can only be put back as a whole: how. */
  readonly whole?: Mend;
}

/** What an object is by. */
const identity: readonly string[] = ["apiVersion", "kind"];

/**
 * Where an object that stands differs from what was applied. A field that was applied must stand, in whatever spelling
 * the API server gives it; what stands beside it counts in the places that guarded.ts names, and as an additional entry
 * of a list.
 * @param isScaled Whether a HorizontalPodAutoscaler sets the object's replicas.
 */
export function compare(expected: KubernetesObject, live: KubernetesObject, isScaled = false): Difference[] {
  return new Comparison({ expected: withEncodedData(expected), live, isScaled }).differences();
}

class Comparison {
  constructor(private readonly surroundings: Surroundings) {}

  differences(): Difference[] {
    const { expected, live } = this.surroundings;
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(live)])];
    return keys
      .filter((key) => !identity.includes(key))
      .flatMap((key) => this.values({ path: [key], at: [key] }, expected[key], live[key]));
  }

  private values(place: Place, expected: unknown, found: unknown): Difference[] {
    if (expected === undefined || expected === null) return this.extras(place, found);
    if (this.isIgnored(place, expected)) return [];
    if (found === undefined || found === null) return this.missing(place, expected);
    if (isMap(expected) && isMap(found)) return this.maps(place, expected, found);
    if (Array.isArray(expected) && Array.isArray(found)) return this.lists(place, expected, found);
    if (meansTheSame(place.path, expected, found)) return [];
    return [{ kind: "changed", path: place.path, expected, found, mend: mendOf(place, "replace", expected) }];
  }

  private missing(place: Place, expected: unknown): Difference[] {
    const { expected: object } = this.surroundings;
    if (mayBeLeftOut(object, place.path, expected)) return [];
    return [{ kind: "missing", path: place.path, expected, mend: mendOf(place, "add", expected) }];
  }

  /** What nobody applied: it counts where it is guarded, however deep. */
  private extras(place: Place, found: unknown): Difference[] {
    const { expected: object } = this.surroundings;
    if (isEmpty(found) || this.isIgnored(place, undefined)) return [];
    if (guardedBy(object, place.path) !== undefined) {
      return [{ kind: "extra", path: place.path, found, mend: mendOf(place, "remove") }];
    }
    return isMap(found) ? this.maps(place, {}, found) : [];
  }

  private maps(place: Place, expected: Record<string, unknown>, found: Record<string, unknown>): Difference[] {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    return keys.flatMap((key) => this.values(below(place, key), expected[key], found[key]));
  }

  private lists(place: Place, expected: readonly unknown[], found: readonly unknown[]): Difference[] {
    const { expected: object } = this.surroundings;
    const names = place.whole === undefined ? entryNames(object, place.path, expected, found) : undefined;
    if (names !== undefined) return this.namedEntries(place, [expected, found], names);
    const whole = place.whole ?? { op: "replace", at: place.at, value: expected };
    if (![...expected, ...found].some(isMap)) return this.scalars({ ...place, whole }, expected, found);
    return this.entries({ ...place, whole }, expected, found);
  }

  private namedEntries(
    place: Place,
    [expected, found]: readonly [readonly unknown[], readonly unknown[]],
    [expectedNames, foundNames]: readonly [readonly string[], readonly string[]],
  ): Difference[] {
    const applied = expectedNames.flatMap((name, index): Difference[] => {
      const standing = foundNames.indexOf(name);
      const path = [...place.path, { entry: name }];
      if (standing >= 0) return this.values({ path, at: [...place.at, standing] }, expected[index], found[standing]);
      return this.missingEntry({ path, at: [...place.at, "-"] }, expected[index]);
    });
    const extra = foundNames.flatMap((name, index): Difference[] =>
      expectedNames.includes(name)
        ? []
        : this.extraEntry({ path: [...place.path, { entry: name }], at: [...place.at, index] }, found[index]),
    );
    return [...applied, ...extra];
  }

  /** Lists of words and numbers are one value: what was applied, in its order. */
  private scalars(place: Place, expected: readonly unknown[], found: readonly unknown[]): Difference[] {
    const isSame =
      expected.length === found.length &&
      expected.every((entry, index) => this.entry(place, index, entry, found[index]).length === 0);
    if (isSame) return [];
    return [{ kind: "changed", path: place.path, expected, found, mend: mendOf(place, "replace", expected) }];
  }

  private entries(place: Place, expected: readonly unknown[], found: readonly unknown[]): Difference[] {
    const pairs = pairEntries(expected, found, (left, right) => this.entry(place, 0, left, right).length === 0);
    const differences = pairs.flatMap(([left, right]): Difference[] => {
      if (left === undefined) return right === undefined ? [] : this.extraEntry(entryOf(place, right), found[right]);
      if (right === undefined) return this.missingEntry(entryOf(place, left), expected[left]);
      return this.entry(place, left, expected[left], found[right]);
    });
    if (differences.length > 0 || !pairs.some(([left, right]) => left !== right)) return differences;
    // All are there, in another order, and the first that fits counts: of routes, patches, rules of a webhook.
    return isOrdered(this.surroundings.expected)
      ? [{ kind: "changed", path: place.path, expected, found, mend: mendOf(place, "replace", expected) }]
      : [];
  }

  private entry(place: Place, index: number, expected: unknown, found: unknown): Difference[] {
    return this.values(entryOf(place, index), expected, found);
  }

  /** An entry that is not there is missing, however empty it is. */
  private missingEntry(place: Place, expected: unknown): Difference[] {
    if (this.isIgnored(place, expected)) return [];
    return [{ kind: "missing", path: place.path, expected, mend: mendOf(place, "add", expected) }];
  }

  private extraEntry(place: Place, found: unknown): Difference[] {
    if (this.isIgnored(place, undefined)) return [];
    return [{ kind: "extra", path: place.path, found, mend: mendOf(place, "remove") }];
  }

  private isIgnored({ path }: Place, applied: unknown): boolean {
    return ignoredBy(this.surroundings, path, applied) !== undefined;
  }
}

function below({ path, at, whole }: Place, key: string): Place {
  return { path: [...path, key], at: [...at, key], ...(whole === undefined ? {} : { whole }) };
}

function entryOf({ path, at, whole }: Place, index: number): Place {
  const step: Step = { entry: String(index) };
  return { path: [...path, step], at: [...at, index], ...(whole === undefined ? {} : { whole }) };
}

function mendOf({ at, whole }: Place, op: Mend["op"], value?: unknown): Mend {
  return whole ?? (op === "remove" ? { op, at } : { op, at, value });
}

/** Where the order of entries without names means something. Of RBAC's rules and a Service's ports it does not. */
function isOrdered(object: KubernetesObject): boolean {
  return isOfKinds(object, istioResources);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/**
 * A Secret as it is stored: `stringData` is written into `data`, in base64, and base64 in one spelling.
 */
function withEncodedData(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") return object;
  const { stringData, data, ...rest } = object;
  const encoded = Object.entries(isMap(stringData) ? stringData : {}).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString("base64"),
  ]);
  const stored = Object.entries(isMap(data) ? data : {}).map(([key, text]) => [
    key,
    typeof text === "string" ? Buffer.from(text, "base64").toString("base64") : text,
  ]);
  return { ...rest, data: { ...Object.fromEntries(stored), ...Object.fromEntries(encoded) } };
}
