import { isMap, type HelmValues } from "./merge-values";
import { nearest } from "./suggest";

/** How a chart's template uses a value that it names. */
export interface ValueReference {
  /** Keys from the chart's top. */
  readonly keys: readonly string[];
  /**
   * `read`: it looks at the value. `passed-on`: what stands below goes on as it is, into an object for one, so that
   * anything may stand there. `laid-over-top`: its keys are copied to the chart's top.
   */
  readonly use: "read" | "passed-on" | "laid-over-top";
}

/** What may stand at one place among a chart's values. */
export interface KnownValues {
  /** Whether anything may stand below. */
  readonly open: boolean;
  readonly below: ReadonlyMap<string, KnownValues>;
}

/** A value that a chart does not know. */
export interface UnknownValue {
  /** Keys from the chart's top to the first that is unknown. */
  readonly keys: readonly string[];
  /** The value that was probably meant. */
  readonly meant?: readonly string[];
}

/**
 * The values that a chart knows: those of its `values.yaml` and those that its templates name, for Istio's charts have
 * many without a default. Istio keeps the defaults under one key of their own (`_internal_defaults_do_not_set`).
 */
export function knownValues(chartDefaults: HelmValues, references: readonly ValueReference[] = []): KnownValues {
  const inner = chartDefaults["_internal_defaults_do_not_set"];
  const root: Place = { open: false, strict: false, below: new Map() };
  for (const [key, value] of Object.entries(isMap(inner) ? inner : chartDefaults)) {
    root.below.set(key, placeOf(key, value));
  }
  for (const { keys, use } of references) {
    const place = placeAt(root, keys);
    if (use === "passed-on" && !place.strict) place.open = true;
  }
  const overTop = references.filter(({ use }) => use === "laid-over-top").map(({ keys }) => placeAt(root, keys));
  // After all others, for it takes what the top has; save such maps themselves, for a tree has no circles.
  const top = [...root.below].filter(([, place]) => !overTop.includes(place));
  for (const { below } of overTop) for (const [key, place] of top) if (!below.has(key)) below.set(key, place);
  return root;
}

/** The values that a chart does not know. Helm passes over such a value without a word, so a misspelt one does nothing. */
export function findUnknown(values: HelmValues, known: KnownValues): UnknownValue[] {
  return unknownBelow(values, known, [], known);
}

/** Paths of the values that a chart does not know, such as `global.hbu`. */
export function unknownValues(
  values: HelmValues,
  chartDefaults: HelmValues,
  references: readonly ValueReference[] = [],
): string[] {
  return findUnknown(values, knownValues(chartDefaults, references)).map(({ keys }) => keys.join("."));
}

function unknownBelow(
  values: HelmValues,
  known: KnownValues,
  path: readonly string[],
  root: KnownValues,
): UnknownValue[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const keys = [...path, key];
    const place = known.below.get(key);
    if (place === undefined) {
      const meant = probablyMeant(key, known, path, root);
      return [{ keys, ...(meant === undefined ? {} : { meant }) }];
    }
    // Where nothing is known of what stands below, everything is taken.
    if (place.open || place.below.size === 0 || !isMap(value)) return [];
    return unknownBelow(value, place, keys, root);
  });
}

/** A key that is close at the same place, else the only place nearest the top that has this very key. */
function probablyMeant(
  key: string,
  known: KnownValues,
  path: readonly string[],
  root: KnownValues,
): readonly string[] | undefined {
  const close = nearest(key, [...known.below.keys()]);
  return close === undefined ? placeNamed(key, root) : [...path, close];
}

function placeNamed(key: string, root: KnownValues): readonly string[] | undefined {
  let level: { readonly keys: readonly string[]; readonly place: KnownValues }[] = [{ keys: [], place: root }];
  while (level.length > 0) {
    const found = level.filter(({ place }) => place.below.has(key));
    if (found.length > 0) return found.length === 1 ? [...(found[0]?.keys ?? []), key] : undefined;
    level = level.flatMap(({ keys, place }) =>
      [...place.below].map(([inner, below]) => ({ keys: [...keys, inner], place: below })),
    );
  }
  return undefined;
}

interface Place extends KnownValues {
  open: boolean;
  /** Whether it stays closed though it is passed on. */
  readonly strict: boolean;
  readonly below: Map<string, Place>;
}

/** Maps that the charts pass on as they are, though they list some of the keys. */
const openMaps = new Set(["meshConfig"]);

function placeOf(key: string, value: unknown): Place {
  if (!isMap(value) || Object.keys(value).length === 0 || openMaps.has(key)) return anything();
  if (/^(default)?resources$/i.test(key)) return containerResources();
  return {
    open: false,
    strict: false,
    below: new Map(Object.entries(value).map(([inner, below]) => [inner, placeOf(inner, below)])),
  };
}

function anything(): Place {
  return { open: true, strict: false, below: new Map() };
}

/** What Kubernetes knows of a container's resources: it drops whatever else is passed on to it. */
function containerResources(): Place {
  const names = ["claims", "limits", "requests"];
  return { open: false, strict: true, below: new Map(names.map((name) => [name, anything()])) };
}

/** The place with these keys, made where there is none. */
function placeAt(root: Place, keys: readonly string[]): Place {
  let place = root;
  for (const key of keys) {
    let next = place.below.get(key);
    if (next === undefined) {
      next = { open: false, strict: false, below: new Map() };
      place.below.set(key, next);
    }
    place = next;
  }
  return place;
}
