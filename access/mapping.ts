/** A mapping read from YAML or JSON, of which nothing is known yet. */
export type Mapping = Readonly<Record<string, unknown>>;

/** The value as a mapping, or undefined when it is none. */
export function asMapping(value: unknown): Mapping | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : undefined;
}

/** The value as a string with something in it, or undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The value below several keys, or undefined where one is missing. */
export function below(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => asMapping(inner)?.[key], value);
}

/** A copy whose mappings have their keys in order, so that equal content is equal text; lists keep theirs. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const mapping = asMapping(value);
  if (mapping === undefined) return value;
  return Object.fromEntries(
    Object.keys(mapping)
      .sort()
      .map((key) => [key, sorted(mapping[key])]),
  );
}
