import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { valueReferences } from "../../access/charts";
import { remoteValues } from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import { isMap, mergeValues, ownedValues, type ClusterPlan, type HelmValues } from "../../topology";
import { valuesOfConfigurationClusters, valuesOfProfiles, valuesOfRemotes } from "../../topology/remote-values";
import { planOf, sharedExternalControlPlane } from "../support/plans";

/** One object that holds all values, for istioctl to read; nobody acts on it. */
const valuesConfigMap = "# Source: istiod/templates/configmap-values.yaml";

/**
 * A caution tells of values of a remote cluster that do nothing. Which those are is found by trying: each value that the
 * chart knows is made another one, and what Helm renders is compared.
 */
describe("The values that a remote cluster reads", function () {
  this.timeout(300_000);
  const toolbox = builtTools();
  if (toolbox === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const { bin, charts } = toolbox;
  const chart = join(charts, "istiod");
  const plan = planOf(sharedExternalControlPlane);
  let directory: string;
  let files = 0;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-remote-values-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  /** What the chart makes of some values; undefined where it refuses them. */
  async function rendered(values: HelmValues): Promise<string | undefined> {
    const file = join(directory, `values-${files++}.json`);
    writeFileSync(file, JSON.stringify(values));
    try {
      const args = ["template", "istiod", chart, "--namespace", "istio-system", "--values", file];
      const { stdout } = await promisify(execFile)(join(bin, "helm"), args, { maxBuffer: 1 << 28 });
      return stdout
        .split(/^---$/m)
        .filter((object) => !object.includes(valuesConfigMap))
        .join("---");
    } catch {
      return undefined;
    }
  }

  /** The values that do something in a cluster, and those of which every other one is refused; sorted. */
  async function tried(cluster: ClusterPlan): Promise<{ readonly read: string[]; readonly refused: string[] }> {
    const values = remoteValues(plan, cluster, "172.18.11.1");
    const plain = await rendered(values);
    const [read, refused]: [string[], string[]] = [[], []];
    const waiting = [...knownTo(chart)].filter(([path]) => !isOwned(path));
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [path, value] = next;
        const results: (string | undefined)[] = [];
        for (const other of otherThan(value)) {
          results.push(await rendered(mergeValues(values, nested(path, other))));
          if (results.some((result) => result !== undefined && result !== plain)) break;
        }
        if (results.every((result) => result === undefined)) refused.push(path);
        else if (results.some((result) => result !== undefined && result !== plain)) read.push(path);
      }
    };
    await Promise.all([work(), work()]);
    return { read: read.sort(), refused: refused.sort() };
  }

  const isKnown = (path: string): boolean => !/^(_|defaults$|global\.tracer\.stackdriver\.)/.test(path);

  it("are those that the caution knows", async () => {
    const west = plan.clusters.find(({ name }) => name === "west") as ClusterPlan;
    const { read, refused } = await tried(west);
    assert.deepEqual(read.filter(isKnown), [...valuesOfRemotes].sort());
    assert.deepEqual(refused.filter(isKnown), [...valuesOfProfiles].sort());
  });

  it("are those that the caution knows where the cluster holds an external control plane's configuration", async () => {
    const east = plan.clusters.find(({ name }) => name === "east") as ClusterPlan;
    const { read } = await tried(east);
    assert.deepEqual(read.filter(isKnown), [...valuesOfRemotes, ...valuesOfConfigurationClusters].sort());
  });
});

/** What stands below a value that Isthmus decides is refused, wherever it is written. */
function isOwned(path: string): boolean {
  return ownedValues.istiod.some((owned) => path === owned.path || path.startsWith(`${owned.path}.`));
}

/** All values that a chart knows, by path, with their defaults where they have any. */
function knownTo(chart: string): ReadonlyMap<string, unknown> {
  const defaults = parse(readFileSync(join(chart, "values.yaml"), "utf8")) as { readonly [key: string]: HelmValues };
  const found = new Map(leaves(defaults["_internal_defaults_do_not_set"] ?? {}));
  const templates = join(chart, "templates");
  const references = readdirSync(templates).flatMap((name) =>
    valueReferences(readFileSync(join(templates, name), "utf8")),
  );
  for (const path of references.map(({ keys }) => keys.join("."))) {
    if (![...found.keys()].some((known) => known === path || known.startsWith(`${path}.`))) found.set(path, undefined);
  }
  return found;
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
