/** Helm values: a tree of plain data. */
export type HelmValues = Record<string, unknown>;

/**
 * Lays `extra` over `base` as Helm lays one values file over another: maps are merged key by key, all else is replaced.
 * Keys come out sorted, so that the same values are the same text in every run.
 */
export function mergeValues(base: HelmValues, extra: HelmValues): HelmValues {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(extra)])].sort();
  return Object.fromEntries(keys.map((key) => [key, mergeValue(base[key], extra[key])]));
}

function mergeValue(base: unknown, extra: unknown): unknown {
  if (extra === undefined) return isMap(base) ? mergeValues(base, {}) : base;
  if (!isMap(extra)) return extra;
  return mergeValues(isMap(base) ? base : {}, extra);
}

/** Whether a value is a map of values, and neither a list nor a scalar. */
export function isMap(value: unknown): value is HelmValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
