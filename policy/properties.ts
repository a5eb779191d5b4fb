/** A value as a mapping; an empty one where it is none. */
export function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A value as a list; an empty one where it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value as a text; undefined where it is none. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What is found in a value along some keys. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((found, key) => mapping(found)[key], value);
}

/** Every text in a value, with the path to it. */
export function* textsIn(value: unknown, path = ""): Generator<readonly [path: string, text: string]> {
  if (typeof value === "string") yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsIn(item, `${path}[${index}]`);
  else
    for (const [key, item] of Object.entries(mapping(value)))
      yield* textsIn(item, path === "" ? key : `${path}.${key}`);
}

/** Every number in a value, with the path to it, as YAML writes it: a version that lacks its quotes is one. */
export function* numbersIn(value: unknown, path = ""): Generator<readonly [path: string, text: string]> {
  if (typeof value === "number") yield [path, String(value)];
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* numbersIn(item, `${path}[${index}]`);
  else
    for (const [key, item] of Object.entries(mapping(value)))
      yield* numbersIn(item, path === "" ? key : `${path}.${key}`);
}

/** What a Kubernetes Secret holds, by its keys, decoded. */
export function secretData(properties: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const encoded = Object.entries(mapping(properties["data"])).map(
    ([key, value]) => [key, Buffer.from(text(value) ?? "", "base64").toString()] as const,
  );
  const plain = Object.entries(mapping(properties["stringData"])).map(
    ([key, value]) => [key, text(value) ?? ""] as const,
  );
  return new Map([...encoded, ...plain]);
}

/** Whether a resource is a Kubernetes object of a kind, in whatever version of its group. */
export function isKind(properties: Readonly<Record<string, unknown>>, group: string, kind: string): boolean {
  const apiVersion = text(properties["apiVersion"]) ?? "";
  const isOfGroup = group === "" ? !apiVersion.includes("/") : apiVersion.startsWith(`${group}/`);
  return properties["kind"] === kind && isOfGroup;
}
