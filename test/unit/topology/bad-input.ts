import fc from "fast-check";
import { validConfig } from "./arbitraries";

/** What may stand where something else belongs: of every type, near misses among them. */
const anyScalar = fc.constantFrom<unknown>(
  null,
  "",
  0,
  -1,
  1.31,
  true,
  "east",
  "EAST",
  "1.31",
  "v1.31.1",
  " x ",
  "two\nlines",
  "constructor",
  "x".repeat(64),
  "oci://charts",
  "https://me:hunter2@example.org",
  "https://127.0.0.1:6443",
  "localhost",
  "10.0.0.0/33",
  "10.1.0.0/16",
  "203.0.113.1:443",
  "NodePort",
  "disabled",
  15021,
  31443,
);

/** Any JSON, with the keys that the schema knows among others. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  anyScalar,
  fc.constantFrom<unknown>([], {}, { secure: "v1:abc" }, ["east"], [[]], [null]),
  fc.dictionary(
    fc.constantFrom(
      "id",
      "istio",
      "clusters",
      "network",
      "access",
      "trust",
      "peers",
      "ranges",
      "__proto__",
      "toString",
    ),
    fc.jsonValue(),
  ),
);

/** A mapping or a list, by the keys or places of its entries. */
type Parent = Record<string, unknown>;

/** A change at one place of a configuration. */
type Change = (parent: Parent, key: string, whole: Parent) => void;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>(remove),
  anyJson.map<Change>((value) => (parent, key) => define(parent, key, value)),
  anyScalar.map<Change>((value) => (parent, key) => define(parent, key, value)),
  fc.tuple(fc.string({ maxLength: 12 }), anyJson).map<Change>(
    ([extra, value]) =>
      (parent) =>
        define(parent, extra, value),
  ),
  // What is right at one place is put into another: references to the wrong thing, one address twice, a list for a word.
  fc.nat().map<Change>((at) => (parent, key, whole) => {
    const places = placesOf(whole);
    const [from, name] = places[at % places.length] ?? [parent, key];
    define(parent, key, from[name]);
  }),
  // A slip of the finger: one letter less, one more, two swapped.
  fc
    .constantFrom<(key: string) => string>(
      (key) => key.slice(1),
      (key) => `${key}s`,
      (key) => key.replace(/^(.)(.)/, "$2$1"),
      (key) => key.toUpperCase(),
    )
    .map<Change>((slip) => (parent, key) => {
      const value = parent[key];
      if (Array.isArray(parent)) return define(parent, key, typeof value === "string" ? slip(value) : value);
      remove(parent, key);
      define(parent, slip(key), value);
    }),
);

function remove(parent: Parent, key: string): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

/** Sets a key as JSON.parse would: `__proto__` becomes a key like any other. To a list the value is added. */
function define(parent: Parent, key: string, value: unknown): void {
  // The generator hands out the same object more than once.
  const copy: unknown = structuredClone(value);
  // A list's own `length` is no place for a value.
  if (Array.isArray(parent) && (key === "length" || !(key in parent))) parent.push(copy);
  else Object.defineProperty(parent, key, { value: copy, enumerable: true, configurable: true, writable: true });
}

/** Configurations of which one or several places were changed at random: most are wrong, some are still right. */
export const changedConfig: fc.Arbitrary<unknown> = fc
  .tuple(validConfig, fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 4 }))
  .map(([config, changes]) => {
    const root: Parent = { mesh: structuredClone(config) };
    for (const [at, apply] of changes) {
      const places = placesOf(root);
      const place = places[at % places.length];
      if (place !== undefined) apply(...place, root);
    }
    return root["mesh"];
  });

function placesOf(parent: Parent): [Parent, string][] {
  return Object.entries(parent).flatMap(([key, value]) => [
    [parent, key] as [Parent, string],
    ...(typeof value === "object" && value !== null ? placesOf(value as Parent) : []),
  ]);
}
