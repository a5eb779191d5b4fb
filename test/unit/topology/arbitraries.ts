import fc from "fast-check";
import type { MeshConfig } from "../../../topology";

/** Names that are DNS labels, short ones and the longest, JavaScript's own words among them. */
export const dnsLabel = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/),
  fc.stringMatching(/^[a-z0-9][-a-z0-9]{61}[a-z0-9]$/),
  fc.constantFrom("constructor", "prototype", "1", "007", "east", "west"),
);

const helmValues = fc.dictionary(
  fc.constantFrom("replicaCount", "resources", "nodeSelector", "podLabels"),
  fc.jsonValue(),
  { maxKeys: 3 },
);

const lifetimes = fc
  .tuple(fc.integer({ min: 1, max: 3649 }), fc.integer({ min: 1, max: 3650 }), fc.nat(3649))
  .filter(([intermediate, root, renewBefore]) => root > intermediate && renewBefore < intermediate)
  .map(([intermediateLifetimeDays, rootLifetimeDays, renewBeforeDays]) => ({
    intermediateLifetimeDays,
    rootLifetimeDays,
    renewBeforeDays,
  }));

/** Configurations that are right, with and without what may be left out. Contexts differ, as the rules ask. */
export const validConfig: fc.Arbitrary<MeshConfig> = fc
  .record(
    {
      id: dnsLabel,
      trustDomain: fc.constantFrom("mesh1.internal", "example.org", "a"),
      kubeconfig: fc.constantFrom(".lab/kubeconfig", "~/.kube/config"),
      istio: fc.record(
        {
          version: fc.constantFrom("1.30.4", "1.31.0", "1.31.1", "1.32.0-rc.0"),
          charts: fc.constantFrom({ directory: "./charts" }, { repository: "https://charts.example.org/istio" }),
          hub: fc.constantFrom("docker.io/istio", "lab.local/istio"),
          tag: fc.constantFrom("lab", "1.31.1-distroless"),
          values: fc.record({ base: helmValues, istiod: helmValues, gateway: helmValues }, { requiredKeys: [] }),
        },
        { requiredKeys: ["version"] },
      ),
      trust: lifetimes,
      names: fc.uniqueArray(dnsLabel, { minLength: 1, maxLength: 8 }),
      networks: fc.array(dnsLabel, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ["id", "istio", "names", "networks"] },
  )
  .map(({ names, networks, ...config }) => ({
    ...config,
    clusters: Object.fromEntries(
      names.map((name, index) => [
        name,
        { network: networks[index % networks.length] ?? "network1", access: { context: `context-${name}` } },
      ]),
    ),
  }));

/** Any JSON, with the keys that the schema knows among others. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    null,
    "",
    0,
    -1,
    1.31,
    true,
    [],
    {},
    "east",
    "1.31",
    { secure: "v1:abc" },
    "v1.31.1",
    "oci://charts",
    " x ",
  ),
  fc.dictionary(
    fc.constantFrom("id", "istio", "clusters", "network", "access", "trust", "__proto__", "toString"),
    fc.jsonValue(),
  ),
);

/** A change at one place of a configuration. */
type Change = (parent: Record<string, unknown>, key: string) => void;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>((parent, key) => Reflect.deleteProperty(parent, key)),
  anyJson.map<Change>((value) => (parent, key) => define(parent, key, value)),
  fc.tuple(fc.string({ maxLength: 12 }), anyJson).map<Change>(
    ([extra, value]) =>
      (parent) =>
        define(parent, extra, value),
  ),
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
      Reflect.deleteProperty(parent, key);
      define(parent, slip(key), value);
    }),
);

/** Sets a key as JSON.parse would: `__proto__` becomes a key like any other. */
function define(parent: Record<string, unknown>, key: string, value: unknown): void {
  // The generator hands out the same object more than once.
  Object.defineProperty(parent, key, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Configurations of which one or several places were changed at random: most are wrong, some are still right. */
export const changedConfig: fc.Arbitrary<unknown> = fc
  .tuple(validConfig, fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 4 }))
  .map(([config, changes]) => {
    const root: Record<string, unknown> = { mesh: structuredClone(config) };
    for (const [at, apply] of changes) {
      const places = placesOf(root);
      const place = places[at % places.length];
      if (place !== undefined) apply(...place);
    }
    return root["mesh"];
  });

function placesOf(parent: Record<string, unknown>): [Record<string, unknown>, string][] {
  return Object.entries(parent).flatMap(([key, value]) => [
    [parent, key] as [Record<string, unknown>, string],
    ...(typeof value === "object" && value !== null && !Array.isArray(value)
      ? placesOf(value as Record<string, unknown>)
      : []),
  ]);
}
