import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { valueReferences } from "../../preflight/charts";
import type { Toolbox } from "../../lab/tools";
import { isMap, mergeValues, ownedValues, systemNamespace, type Chart, type HelmValues } from "../../topology";

/** What became of an attempt to make one value another. */
export interface Attempts {
  /** Paths of values that change what is looked at, sorted. */
  readonly read: readonly string[];
  /** Those of which the chart refuses every other value that was tried, sorted. */
  readonly refused: readonly string[];
}

/** Charts as Helm renders them with one value after the other made another one: so it shows what a value does. */
export class ChartRenderings {
  private readonly directory = mkdtempSync(join(tmpdir(), "isthmus-renderings-"));
  private files = 0;

  constructor(private readonly toolbox: Pick<Toolbox, "bin" | "charts">) {}

  dispose(): void {
    rmSync(this.directory, { recursive: true });
  }

  /** What a chart makes of some values; undefined where it refuses them. */
  async rendered(chart: Chart, values: HelmValues): Promise<string | undefined> {
    const file = join(this.directory, `values-${this.files++}.json`);
    writeFileSync(file, JSON.stringify(values));
    const args = ["template", "name", join(this.toolbox.charts, chart), "--namespace", systemNamespace];
    try {
      const helm = join(this.toolbox.bin, "helm");
      const { stdout } = await promisify(execFile)(helm, [...args, "--values", file], { maxBuffer: 1 << 28 });
      return stdout;
    } catch {
      return undefined;
    }
  }

  /**
   * Makes each value that the chart knows and a user may set another one.
   * @param looked What is looked at of a rendering: a value does something where that differs.
   */
  async tried(chart: Chart, values: HelmValues, looked: (rendered: string) => string): Promise<Attempts> {
    const lookAt = async (tried: HelmValues): Promise<string | undefined> => {
      const rendered = await this.rendered(chart, tried);
      return rendered === undefined ? undefined : looked(rendered);
    };
    const plain = await lookAt(values);
    const [read, refused]: [string[], string[]] = [[], []];
    const waiting = [...this.knownTo(chart)].filter(([path]) => !isOwned(chart, path));
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [path, value] = next;
        const results: (string | undefined)[] = [];
        for (const other of otherThan(value)) results.push(await lookAt(mergeValues(values, nested(path, other))));
        if (results.every((result) => result === undefined)) refused.push(path);
        else if (results.some((result) => result !== undefined && result !== plain)) read.push(path);
      }
    };
    await Promise.all([work(), work()]);
    return { read: read.sort(), refused: refused.sort() };
  }

  /** All values that a chart knows, by path, with their defaults where they have any. */
  private knownTo(chart: Chart): ReadonlyMap<string, unknown> {
    const root = join(this.toolbox.charts, chart);
    const defaults = parse(readFileSync(join(root, "values.yaml"), "utf8")) as HelmValues;
    const found = new Map(leaves((defaults["_internal_defaults_do_not_set"] as HelmValues | undefined) ?? defaults));
    const templates = join(root, "templates");
    const references = readdirSync(templates).flatMap((name) =>
      valueReferences(readFileSync(join(templates, name), "utf8")),
    );
    for (const path of references.map(({ keys }) => keys.join("."))) {
      if (/^_|^defaults$/.test(path) || [...found.keys()].some((known) => `${known}.`.startsWith(`${path}.`))) continue;
      found.set(path, undefined);
    }
    return found;
  }
}

/** What stands below a value that Isthmus decides is refused, wherever it is written. */
function isOwned(chart: Chart, path: string): boolean {
  return ownedValues[chart].some((owned) => path === owned.path || path.startsWith(`${owned.path}.`));
}

function leaves(values: HelmValues, keys: readonly string[] = []): [path: string, value: unknown][] {
  return Object.entries(values).flatMap(([key, value]) =>
    isMap(value) && Object.keys(value).length > 0
      ? leaves(value, [...keys, key])
      : [[[...keys, key].join("."), value] as [string, unknown]],
  );
}

/** Other values of the same type; of any type where there is none. */
function otherThan(value: unknown): readonly unknown[] {
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return [value + 1];
  if (typeof value === "string") return ["other"];
  if (Array.isArray(value)) return [["one"], [{ name: "one" }]];
  return value === null || value === undefined ? ["other", true, { one: "two" }, ["one"]] : [{ one: "two" }];
}

function nested(path: string, value: unknown): HelmValues {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as HelmValues;
}
