import { ownedValues, type Chart } from "../owned-values";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { MeshDraft } from "./rule";

const charts: readonly Chart[] = ["base", "istiod", "gateway"];

export function ownedValuesUntouched(mesh: MeshDraft): readonly Problem[] {
  return charts.flatMap((chart) =>
    ownedValues[chart].flatMap(({ path, instead }) => {
      const keys = path.split(".");
      if (!has(mesh.istio?.values?.[chart], keys)) return [];
      return [
        {
          path: configurationPath("istio", "values", chart, ...keys),
          expected: "nothing, because Isthmus decides this value",
          found: "a value",
          fix: instead,
        },
      ];
    }),
  );
}

function has(values: unknown, keys: readonly string[]): boolean {
  const [key, ...rest] = keys;
  if (key === undefined) return true;
  if (typeof values !== "object" || values === null || !Object.hasOwn(values, key)) return false;
  return has((values as Record<string, unknown>)[key], rest);
}

export function valuesNested(mesh: MeshDraft): readonly Problem[] {
  return charts.flatMap((chart) =>
    Object.keys(mesh.istio?.values?.[chart] ?? {})
      .filter((key) => key.includes("."))
      .map((key) => ({
        path: configurationPath("istio", "values", chart, key),
        expected: "a key without dots",
        found: "a path in one key",
        fix: "Nest it, as in a values file: Helm ignores a path in one key.",
      })),
  );
}
