import assert from "node:assert/strict";
import { driftTable } from "../../../../cli/drift-table";
import type { Difference } from "../../../../operations/drift/compare/compare";
import type { Path } from "../../../../operations/drift/compare/path";
import type { ClusterDrift, DriftFinding } from "../../../../operations/drift/finding";
import { driftMarkdown } from "../../../../operations/drift/markdown";
import { differenceRemedy } from "../../../../operations/drift/remedy";
import { isAsApplied, report } from "../../../../operations/drift/report";
import { shown } from "../../../../operations/drift/shown";

const difference = (path: Path, expected: unknown, found: unknown): Difference => ({
  kind: "changed",
  path,
  expected,
  found,
  mend: { op: "replace", at: [] },
});
const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJpc3RpbyJ9.c2lnbmF0dXJl";

const finding = (cluster: string, more: Partial<DriftFinding> = {}): DriftFinding => ({
  cluster,
  kind: "changed",
  severity: "drift",
  object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "istio-system", name: "istiod" },
  path: "spec.replicas",
  expected: "the number 1",
  found: "the number 2",
  remedy: "Run it.",
  ...more,
});

const cluster = (name: string, ...findings: DriftFinding[]): ClusterDrift => ({
  cluster: name,
  objects: 45,
  findings,
  repairs: [],
});

const unreachable: Partial<DriftFinding> = { kind: "unreachable", path: "", found: "connect ECONNREFUSED" };

describe("a difference in words", () => {
  const table: { what: string; kind: string; path: Path; values: [unknown, unknown]; words: [string, string] }[] = [
    {
      what: "numbers",
      kind: "Deployment",
      path: ["spec", "replicas"],
      values: [1, 2],
      words: ["the number 1", "the number 2"],
    },
    {
      what: "short lists",
      kind: "ClusterRole",
      path: ["rules", { entry: "0" }, "verbs"],
      values: [["get"], ["get", "list"]],
      words: ['["get"]', '["get", "list"]'],
    },
    {
      what: "the line of a text",
      kind: "ConfigMap",
      path: ["data", "mesh"],
      values: ["a: 1\nb: 2", "a: 1\nb: 3"],
      words: ['line 2: "b: 2"', 'line 2: "b: 3"'],
    },
    {
      what: "a text that ends early",
      kind: "ConfigMap",
      path: ["data", "mesh"],
      values: ["a: 1\nb: 2", "a: 1"],
      words: ['line 2: "b: 2"', "the end after line 1"],
    },
    {
      what: "a line that may hold a secret",
      kind: "ConfigMap",
      path: ["data", "mesh"],
      values: ["a\ntoken: x", "a\ntoken: y"],
      words: ["line 2 (not shown)", "line 2 (not shown)"],
    },
    {
      what: "a Secret's data",
      kind: "Secret",
      path: ["data", "note"],
      values: ["YQ==", "Yg=="],
      words: ["the value that was applied", "another value"],
    },
    {
      what: "a Secret's annotations",
      kind: "Secret",
      path: ["metadata", "annotations", "a"],
      values: ["a", "b"],
      words: ["the value that was applied", "another value"],
    },
    {
      what: "a Secret's labels",
      kind: "Secret",
      path: ["metadata", "labels", "a"],
      values: ["a", "b"],
      words: ['"a"', '"b"'],
    },
    {
      what: "what looks like a token",
      kind: "ConfigMap",
      path: ["data", "note"],
      values: ["a", jwt],
      words: ['"a"', `a string of ${jwt.length} characters`],
    },
    {
      what: "arguments that hold a secret",
      kind: "Deployment",
      path: ["spec", "args"],
      values: [["--a"], ["--password=x"]],
      words: ["a list of 1", "a list of 1"],
    },
  ];
  for (const { kind, path, values, what, words } of table) {
    it(`tells ${what}`, () => {
      const object = { apiVersion: "v1", kind };
      assert.deepEqual(shown(object, difference(path, ...values)), { expected: words[0], found: words[1] });
    });
  }
});

describe("a remedy", () => {
  const env: Path = ["spec", "template", "spec", "containers", { entry: "discovery" }, "env", { entry: "FOO" }];
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "istiod" } };
  const site = "isthmus:mesh.clusters.east";

  it("names the chart's value that the configuration could have", () => {
    const remedy = differenceRemedy({ site, object: deployment, chart: "istiod" }, difference(env, 1, 2), "prod");
    assert.equal(
      remedy,
      "Run `isthmus drift --repair --stack prod`: it puts it back. If it is to stay, say so in `isthmus:mesh.clusters.east.values.istiod.env.FOO`.",
    );
  });

  it("names the settings of a gateway, an exposed istiod and a namespace of the mesh", () => {
    const setting = (kind: string, name: string, labels: object = {}): string =>
      /`(isthmus:mesh\.[^`]*)`/.exec(
        differenceRemedy(
          { site, object: { apiVersion: "v1", kind, metadata: { name, labels } } },
          difference(["a"], 1, 2),
          "prod",
        ),
      )?.[1] ?? "";
    assert.equal(setting("Service", "istio-eastwestgateway"), `${site}.eastWestGateway`);
    assert.equal(setting("Service", "istiod-exposed"), `${site}.exposedIstiod`);
    const labels = { "app.kubernetes.io/managed-by": "isthmus", "app.kubernetes.io/component": "mesh-namespace" };
    assert.equal(setting("Namespace", "shop", labels), "isthmus:mesh.namespaces.shop.labels");
    assert.equal(setting("Secret", "cacerts"), "");
  });
});

describe("a report", () => {
  it("is fine without findings, and with warnings alone", () => {
    assert.ok(isAsApplied(report("dev", [cluster("east")], false)));
    const warned = report("dev", [cluster("east", finding("east", { kind: "foreign", severity: "warning" }))], false);
    assert.ok(isAsApplied(warned));
    assert.deepEqual(warned.summary, { drift: 0, warnings: 1, unreachable: 0 });
    assert.equal(warned.clusters[0]?.status, "as-applied");
  });

  it("is not with a difference, nor with a cluster that could not be asked", () => {
    assert.ok(!isAsApplied(report("dev", [cluster("east", finding("east"))], false)));
    const silent = report("dev", [cluster("east", finding("east", unreachable))], false);
    assert.ok(!isAsApplied(silent));
    assert.deepEqual(silent.summary, { drift: 0, warnings: 0, unreachable: 1 });
  });

  it("is a table with what to do", () => {
    const text = driftTable(report("dev", [cluster("east", finding("east")), cluster("west")], true), {
      colour: false,
      symbols: false,
    });
    assert.equal(
      text,
      [
        "DRIFT east (45 objects)",
        "      Deployment istio-system/istiod",
        "        changed: spec.replicas: expected the number 1, found the number 2",
        "        -> Run it.",
        "ok    west (45 objects)",
        "",
        "An update is under way, or was killed: what differs may be half of it.",
        "",
        "1 drifted, 0 warned, 0 of 2 clusters could not be asked",
        "",
      ].join("\n"),
    );
  });

  it("is one line of Markdown when all is well", () => {
    assert.equal(
      driftMarkdown(report("dev", [cluster("east"), cluster("west")], false)),
      "**dev**: no drift. 90 objects in 2 clusters stand as applied.\n",
    );
  });

  it("is a table of Markdown, in which nothing is markup and nobody is called", () => {
    const hostile = finding("east", { found: '"a|b\n<img> @octocat `x` *y*"' });
    const text = driftMarkdown(
      report("dev", [cluster("east", hostile), cluster("west", finding("west", unreachable))], false),
    );
    assert.match(text, /^\*\*dev\*\*: 1 difference in 1 of 2 clusters, 1 cluster could not be asked\.$/m);
    const [row = ""] = text.split("\n").filter((line) => line.startsWith("| east"));
    assert.ok(row.includes("a\\|b &lt;img> @\u200boctocat"), row);
    assert.equal(row.match(/(?<!\\)\|/g)?.length, 6);
  });

  it("has remedies in which no name of others is markup, within code or beside it", () => {
    for (const name of ["<img src=x>", "`<img src=x>", "a`b`<img src=x>", "[x](https://example.org)`", "``@octocat"]) {
      const remedy = `Run \`isthmus drift\`. Say so in \`values.env.${name}\`.`;
      const text = driftMarkdown(report("dev", [cluster("east", finding("east", { remedy }))], false));
      const line = text.split("\n").find((one) => one.startsWith("- ")) ?? "";
      const outside = line.replace(/(`+).*?(?<!`)\1(?!`)/g, "");
      assert.doesNotMatch(outside, /<|(?<!\\)\[|@\w/, line);
      assert.ok(line.startsWith("- Run `isthmus drift`. Say so in "), line);
    }
  });

  it("is short enough for an issue, however much there is", () => {
    const many = Array.from({ length: 2_000 }, (_, index) => finding("east", { path: `${"x".repeat(500)}${index}` }));
    const text = driftMarkdown(report("dev", [cluster("east", ...many)], false));
    assert.ok(text.length < 20_000, String(text.length));
    assert.match(text, /And 1960 more: `isthmus drift --stack dev`/);
  });
});
