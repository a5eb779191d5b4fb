import { describeFound } from "../found";
import { isMap } from "../merge-values";
import {
  chartNames,
  ownedValues,
  valuesOfChangingRoots,
  valuesOfExternals,
  valuesOfIssuedIntermediates,
  valuesOfSameness,
  type Chart,
  type OwnedValue,
} from "../owned-values";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { clustersOf, externalsOf, rootsMayChange, saysSameness, trustSourceOf } from "./draft";
import type { MeshDraft } from "./rule";

/** Extra values of one chart, and where they stand. */
interface Extra {
  readonly keys: readonly string[];
  readonly chart: Chart;
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether they count for an external control plane too. */
  readonly reachesExternals: boolean;
}

/** Where extra values stand. */
interface Place {
  readonly keys: readonly string[];
  readonly values: NonNullable<MeshDraft["istio"]>["values"];
  readonly reachesExternals: boolean;
}

function extras(mesh: MeshDraft): Extra[] {
  const externals = externalsOf(mesh);
  const places: readonly Place[] = [
    { keys: ["istio", "values"], values: mesh.istio?.values, reachesExternals: externals.length > 0 },
    ...clustersOf(mesh).map(([name, { values }]) => ({
      keys: ["clusters", name, "values"],
      values,
      reachesExternals: false,
    })),
    ...externals.map(([name, { values }]) => ({
      keys: ["externalControlPlanes", name, "values"],
      values,
      reachesExternals: true,
    })),
  ];
  return places.flatMap(({ keys, values, reachesExternals }) =>
    chartNames.flatMap((chart): Extra[] => {
      const extra = values?.[chart];
      return extra === undefined ? [] : [{ keys: [...keys, chart], chart, values: extra, reachesExternals }];
    }),
  );
}

export function ownedValuesUntouched(mesh: MeshDraft): readonly Problem[] {
  const ofRoots = rootsMayChange(mesh) ? valuesOfChangingRoots : [];
  const ofIssued = trustSourceOf(mesh) === "cert-manager" ? valuesOfIssuedIntermediates : [];
  const ofSameness = saysSameness(mesh) ? valuesOfSameness : [];
  return extras(mesh).flatMap(({ keys, chart, values, reachesExternals }) =>
    distinctPaths([
      ...ownedValues[chart],
      ...(chart === "istiod" ? [...ofRoots, ...ofIssued, ...ofSameness] : []),
      ...(reachesExternals && chart === "istiod" ? valuesOfExternals : []),
    ]).flatMap(({ path, instead }) => {
      const below = path.split(".");
      if (!has(values, below)) return [];
      return [
        {
          path: configurationPath(...keys, ...below),
          expected: "nothing, because Isthmus decides this value",
          found: "a value",
          fix: instead,
        },
      ];
    }),
  );
}

/** A value that is owned for several reasons is told of once. */
function distinctPaths(values: readonly OwnedValue[]): OwnedValue[] {
  return [...new Map(values.map((value) => [value.path, value])).values()];
}

function has(values: unknown, keys: readonly string[]): boolean {
  const [key, ...rest] = keys;
  if (key === undefined) return true;
  return isMap(values) && Object.hasOwn(values, key) && has(values[key], rest);
}

/** Mappings that hold values of Isthmus's: anything else in their place would take them out. */
const mappings = byChart((chart) => {
  const paths = ownedValues[chart].flatMap(({ path }) => {
    const keys = path.split(".");
    return keys.slice(1).map((_, index) => keys.slice(0, index + 1).join("."));
  });
  return [...new Set(paths)].map((path) => path.split("."));
});

function byChart<T>(make: (chart: Chart) => T): Readonly<Record<Chart, T>> {
  return { base: make("base"), istiod: make("istiod"), gateway: make("gateway") };
}

export function mappingsStayMappings(mesh: MeshDraft): readonly Problem[] {
  return extras(mesh).flatMap(({ keys, chart, values }) =>
    mappings[chart].flatMap((below) => {
      if (!has(values, below)) return [];
      const value = below.reduce<unknown>((inner, key) => (isMap(inner) ? inner[key] : undefined), values);
      if (isMap(value)) return [];
      return [
        {
          path: configurationPath(...keys, ...below),
          expected: "a mapping",
          found: describeFound(value),
          fix: "Write a mapping, or remove it: this would take out what Isthmus sets below it.",
        },
      ];
    }),
  );
}

export function valuesNested(mesh: MeshDraft): readonly Problem[] {
  return extras(mesh).flatMap(({ keys, values }) =>
    Object.keys(values)
      .filter((key) => key.includes("."))
      .map((key) => ({
        path: configurationPath(...keys, key),
        expected: "a key without dots",
        found: "a path in one key",
        fix: "Nest it, as in a values file: Helm ignores a path in one key.",
      })),
  );
}
