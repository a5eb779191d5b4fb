import { isMap, type HelmValues } from "./merge-values";

/**
 * Paths of `values` that a chart's own `values.yaml` does not have. Helm ignores such a value without a word, so a
 * misspelt one does nothing.
 *
 * Istio keeps its defaults under one key of their own (`_internal_defaults_do_not_set`). Where the chart's default is
 * empty or a scalar it says nothing of what may stand below, and everything is taken.
 */
export function unknownValues(values: HelmValues, chartDefaults: HelmValues): string[] {
  const defaults = chartDefaults["_internal_defaults_do_not_set"];
  return unknownBelow(values, isMap(defaults) ? defaults : chartDefaults, []);
}

/** Maps that the charts pass on as they are, though they list some of the keys. */
const openMaps = new Set(["meshConfig"]);

function unknownBelow(values: HelmValues, defaults: HelmValues, path: readonly string[]): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const here = [...path, key];
    if (!(key in defaults)) return [here.join(".")];
    const known = defaults[key];
    if (openMaps.has(key) || !isMap(value) || !isMap(known) || Object.keys(known).length === 0) return [];
    return unknownBelow(value, known, here);
  });
}
