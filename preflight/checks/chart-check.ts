import {
  configurationPath,
  findUnknown,
  knownValues,
  isMap,
  listed,
  looksSecret,
  pathBelow,
  shortQuote,
  type Chart,
  type HelmValues,
  type IstioPlan,
  type KnownValues,
  type Problem,
  type UnknownValue,
} from "../../topology";
import { findCharts, valueReferences, type ChartFiles } from "../charts";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import { asText, below } from "../../access/mapping";
import { describeYamlFailure, readYaml } from "../../access/yaml";
import type { Findings } from "./findings";

/** What was found out about the charts. */
export interface ChartFindings extends Findings {
  /** Those of the problems that are mistakes in the configuration, wherever this runs: a preview refuses them too. */
  readonly mistakes: readonly Problem[];
}

/**
 * Looks whether the charts are where the configuration says, in the version that it says, and whether they know all of
 * the user's extra values.
 * @param timeoutMs How long a repository or a registry may be silent, in milliseconds.
 */
export async function checkCharts(
  istio: IstioPlan,
  projectDirectory: string,
  environment: Environment,
  timeoutMs: number,
): Promise<ChartFindings> {
  const { charts, faults } = await findCharts(istio, projectDirectory, environment, timeoutMs);
  const found = [...charts];
  const mistakes = found.flatMap(([chart, files]) => unknownProblems(istio, chart, files));
  return {
    problems: [
      ...together(faults.filter(({ weight }) => weight === "problem").map(({ problem }) => problem)),
      ...together(found.flatMap(([chart, files]) => chartProblems(istio, chart, files))),
      ...mistakes,
    ],
    warnings: together(faults.filter(({ weight }) => weight === "warning").map(({ problem }) => problem)),
    mistakes,
  };
}

/** Problems that differ only in what was found, or in nothing, are one problem. */
function together(problems: readonly Problem[]): Problem[] {
  const byRest = new Map<string, Problem[]>();
  for (const problem of problems) {
    const { path, expected, fix } = problem;
    const rest = JSON.stringify([path, expected, fix]);
    byRest.set(rest, [...(byRest.get(rest) ?? []), problem]);
  }
  return [...byRest.values()].flatMap((same) => {
    const found = [...new Set(same.map((problem) => problem.found))];
    return same.slice(0, 1).map((problem) => ({ ...problem, found: listed(found) }));
  });
}

function chartProblems({ charts, version }: IstioPlan, chart: Chart, files: ChartFiles): Problem[] {
  const [source = "", place = ""] = Object.entries(charts)[0] ?? [];
  const path = configurationPath("istio", "charts", source);
  const read = readYaml(files.get("Chart.yaml") ?? "");
  if ("failure" in read) {
    return [
      {
        path,
        expected: `a Chart.yaml of the chart ${chart}`,
        found: `no YAML in ${describeYamlFailure(read.failure)}`,
        fix: "Get the chart again.",
      },
    ];
  }
  const name = asText(below(read.content, "name"));
  if (name !== chart) {
    return [
      {
        path,
        expected: `Istio's chart ${chart}`,
        found: name === undefined ? "one without a name" : `the chart ${shortQuote(name)} under its name`,
        fix: "Name the source of Istio's own charts.",
      },
    ];
  }
  // A repository and a registry were asked for this version; what lies on disk may be of any.
  if (source !== "directory" && source !== "archives") return [];
  const own = versionOf(read.content);
  if (own === undefined || own === version) return [];
  return [
    {
      path: configurationPath("istio", "version"),
      expected: `${own}, the version of the charts in ${place}`,
      found: version,
      fix: `Write ${own}, or put the charts of ${version} there.`,
    },
  ];
}

/** What a chart in Istio's own repository says: its release builder puts the version in (Chart.yaml, release-1.31). */
const unreleased = "1.0.0";

/** The version of Istio that a chart on disk is of; undefined where it says none. */
function versionOf(metadata: unknown): string | undefined {
  const own = below(metadata, "appVersion");
  const version = typeof own === "number" ? String(own) : asText(own)?.replace(/^v/, "");
  return version === unreleased && below(metadata, "version") === unreleased ? undefined : version;
}

function unknownProblems(istio: IstioPlan, chart: Chart, files: ChartFiles): Problem[] {
  const places = istio.extraValues.flatMap(({ path, values: { [chart]: values } }) =>
    values === undefined || Object.keys(values).length === 0 ? [] : [{ path: `${path}.${chart}`, values }],
  );
  // Reading a chart's values takes some hundredths of a second, which most meshes need not spend.
  if (places.length === 0) return [];
  const known = valuesKnownTo(files);
  if (known === undefined) return [];
  return places.flatMap(({ path, values }) =>
    findUnknown(values, known).map((unknown) => unknownProblem(istio, chart, path, values, unknown)),
  );
}

/** The values that a chart knows; undefined where its values.yaml is none that can be read, which Helm will tell. */
function valuesKnownTo(files: ChartFiles): KnownValues | undefined {
  const read = readYaml(files.get("values.yaml") ?? "{}");
  const defaults = "content" in read ? (read.content ?? {}) : undefined;
  if (!isMap(defaults)) return undefined;
  const templates = [...files].filter(([path]) => /^(templates|files)\//.test(path));
  return knownValues(
    defaults,
    templates.flatMap(([, text]) => valueReferences(text)),
  );
}

function unknownProblem(
  { version }: IstioPlan,
  chart: Chart,
  path: string,
  values: HelmValues,
  { keys, meant }: UnknownValue,
): Problem {
  const key = keys.at(-1) ?? "";
  return {
    path: pathBelow(path, writtenBelow(values, keys)),
    expected: `a value that the ${chart} chart of Istio ${version} knows`,
    found: `the unknown key ${looksSecret(key) ? `of ${key.length} characters` : shortQuote(key)}`,
    fix: meant === undefined ? "Remove it: Helm would pass over it." : `Did you mean \`${meant.join(".")}\`?`,
  };
}

/** The keys of a value as the user wrote them: as far down as there is only one. */
function writtenBelow(values: HelmValues, keys: readonly string[]): readonly string[] {
  let value: unknown = keys.reduce<unknown>((inner, key) => (isMap(inner) ? inner[key] : undefined), values);
  const written = [...keys];
  for (;;) {
    const [only, ...others] = isMap(value) ? Object.entries(value) : [];
    if (only === undefined || others.length > 0) return written;
    written.push(only[0]);
    value = only[1];
  }
}
