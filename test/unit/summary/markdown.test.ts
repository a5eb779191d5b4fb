import assert from "node:assert/strict";
import { meshGraph } from "../../../operations/graph";
import { longestComment, marker, toLines, toMarkdown, type MeshSummary } from "../../../operations/summary";
import { differences } from "../../../operations/summary/properties";
import { planOf, primaries } from "../../support/plans";
import { recordedSummary } from "../../support/previews";

const empty: MeshSummary = {
  stack: "prod",
  mesh: "mesh1",
  outcome: "changes",
  refusals: [],
  changes: { update: 1 },
  risks: [],
  meshChanges: [],
  clusters: [],
  unseen: [],
  failures: [],
  warnings: [],
  details: [],
  notRendered: [],
};

/** A mesh of so many clusters, in each of which something else changes. */
function changing(count: number): MeshSummary {
  const names = Array.from({ length: count }, (_unused, index) => `c${String(index).padStart(3, "0")}`);
  return {
    ...empty,
    risks: [
      {
        id: "root-replaced",
        severity: "high",
        traffic: "interrupted",
        clusters: [],
        words: "The root goes.",
        advice: "Do not.",
      },
    ],
    clusters: names.map((name, index) => ({
      name,
      changes: Array.from({ length: 6 }, (_unused, change) => ({
        id: "values",
        words: `values of istiod: some.path.that.is.long.${String(index)}.${String(change)}`,
      })),
    })),
    details: names.map((name) => ({
      kind: "values",
      title: "istiod",
      clusters: [name],
      differences: Array.from({ length: 30 }, (_unused, index) => ({
        path: `some.path.that.is.long[${String(index)}]`,
        before: `before ${name}`,
        after: `after ${name}`,
      })),
    })),
  };
}

describe("a comment", () => {
  it("has its marker first, by which it is found again", () => {
    assert.ok(toMarkdown(empty).startsWith(`${marker("prod")}\n`));
    assert.notEqual(marker("prod"), marker("staging"));
  });

  it("is never longer than GitHub takes, says how much is left out, and keeps risks first and clusters before what is folded", () => {
    for (const count of [50, 160, 2000]) {
      const text = toMarkdown(changing(count));
      assert.ok(text.length <= longestComment, `${String(count)}: ${String(text.length)}`);
      assert.match(
        text,
        /Left out, because a comment takes 65536 characters: .*\d+ folded parts\. `isthmus preview -o json` has everything\./,
      );
      assert.ok(text.indexOf("The root goes.") < text.indexOf("**c000**"));
      if (count <= 160)
        assert.ok(text.includes(`**c${String(count - 1).padStart(3, "0")}**`), "all clusters are there");
      // Nothing is cut in the middle: what is folded is also closed.
      assert.equal(text.match(/<details>/g)?.length, text.match(/<\/details>/g)?.length);
    }
    assert.doesNotMatch(toMarkdown(changing(2)), /Left out/);
  });

  it("has the mesh's picture where there is one, unless nobody would draw it", () => {
    const picture = (count: number): string => toMarkdown({ ...empty, graph: meshGraph(planOf(primaries(count))) });
    assert.match(
      picture(2),
      /<details><summary>The mesh as it would be<\/summary>\n\n```mermaid\nflowchart LR\n[^]*\n```\n\n<\/details>/,
    );
    assert.doesNotMatch(picture(40), /mermaid|Left out/);
    assert.equal(recordedSummary("values").graph, undefined);
  });

  it("keeps to a limit of one's own", () => {
    assert.ok(toMarkdown(changing(50), { longest: 4000 }).length <= 4000);
  });

  it("puts clusters together in which the same changes", () => {
    const clusters = changing(50).clusters.map(({ name }) => ({
      name,
      changes: [{ id: "istio", words: "istiod 1.31.0 to 1.31.1" } as const],
    }));
    const text = toMarkdown({ ...empty, clusters });
    assert.equal(text.match(/istiod 1\.31\.0 to 1\.31\.1/g)?.length, 1);
    assert.match(text, /\*\*50 clusters alike: c000, c001, .*c049\*\*/);
    assert.ok(text.length < 1000);
  });

  it("shows words of others as they are: no markup, no HTML, nobody is called", () => {
    const words = "`x` **y** <img src=z> [a](b) @somebody #12 _u_ | \\ ```";
    const text = toMarkdown({ ...empty, warnings: [words], meshChanges: [{ id: "other", words }] });
    assert.doesNotMatch(text, /<img|(?<!\\)\[a|\*\*y|@somebody|#12|(?<!\\)```/);
    assert.match(text, /@\u200bsomebody/);
  });

  it("lets no value end its block of code", () => {
    const value = "a\n```\n</details> @somebody";
    const text = toMarkdown({
      ...empty,
      details: [
        { kind: "values", title: "istiod", clusters: ["east"], differences: [{ path: "a```b", after: value }] },
      ],
    });
    assert.match(text, /\n````diff\n\+ a```b: "a\\n```\\n<\/details> @somebody"\n````\n/);
  });

  it("cuts a long value, and says how long it is", () => {
    const details = [
      { kind: "values", title: "istiod", clusters: [], differences: [{ path: "a", after: "x".repeat(5000) }] },
    ] as const;
    assert.match(toMarkdown({ ...empty, details }), /"x{299}… \(5002 characters\)/);
  });
});

describe("differences of properties", () => {
  const key = ["-----BEGIN EC PRIVATE KEY-----", "MHcCAQEEIBsecret", "-----END EC PRIVATE KEY-----"].join("\n");
  const jwt = ["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJ4In0", "c2lnbmF0dXJl"].join(".");

  it("show no key and no token that stands in a value in the clear, but that it differs", () => {
    const found = differences(
      { a: key, b: `Bearer ${jwt}` },
      { a: key.replace("secret", "public"), b: "none", c: [{ d: key }] },
    );
    const text = JSON.stringify(found);
    assert.doesNotMatch(text, /MHc|PRIVATE|c2lnbmF0dXJl|eyJ/);
    assert.deepEqual(
      found.map(({ path }) => path),
      ["a", "b", "c"],
    );
    assert.deepEqual(found[0], { path: "a", before: "[secret]", after: "[secret]" });
  });

  it("mask what the engine marks as a secret", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
    assert.deepEqual(differences({ data: { a: "old" } }, { data: secret }), [
      { path: "data", before: { a: "old" }, after: "[secret]" },
    ]);
  });

  it("say by name what is not known yet", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    assert.deepEqual(differences({ a: 1 }, { a: unknown, b: unknown }), [
      { path: "a", before: 1, after: "[not known yet]" },
      { path: "b", after: "[not known yet]" },
    ]);
  });

  it("name paths as Pulumi does, and compare lists of one length element by element", () => {
    assert.deepEqual(
      differences({ labels: { "a.b/c": "1" }, list: [1, { x: 1 }] }, { labels: { "a.b/c": "2" }, list: [1, { x: 2 }] }),
      [
        { path: 'labels["a.b/c"]', before: "1", after: "2" },
        { path: "list[1].x", before: 1, after: 2 },
      ],
    );
    assert.deepEqual(differences({ list: [1] }, { list: [0, 1] }), [{ path: "list", before: [1], after: [0, 1] }]);
  });
});

describe("a summary at a terminal", () => {
  it("says the same, with risks before clusters", () => {
    assert.deepEqual(toLines(recordedSummary("gateway-port")), [
      "prod: 1 cluster changes. Traffic is interrupted.",
      "",
      "MEDIUM, interrupts traffic: west",
      "  its gateway takes port 15444 and no longer 15443: calls from other networks fail until every istiod has told its proxies, and where a firewall does not let the new port through.",
      "  Open the new port first.",
      "",
      "west",
      "  its gateway takes port 15444 and no longer 15443",
      "",
      "1 difference in values and objects: -o json and -o markdown show them",
      "",
      "resources: same 44, update 1",
    ]);
  });

  it("shows warnings, for it is there that a person looks", () => {
    const lines = toLines({ ...empty, warnings: ["isthmus:mesh.a: expected b, found c. Do d."] }).join("\n");
    assert.match(lines, /\nWarnings:\n {2}isthmus:mesh\.a: expected b, found c\. Do d\.\n/);
  });

  it("says of a failed preview why it failed, and of one that saw nothing that nothing is known", () => {
    assert.match(
      toLines(recordedSummary("failed")).join("\n"),
      /^prod: Nobody knows yet .*\n\nThe preview failed:\n {2}kubernetes:helm/,
    );
    assert.match(
      toLines(recordedSummary("silent")).join("\n"),
      /Could not be looked at, so that nothing can be said of:\n {2}west: a refused connection \(ECONNREFUSED\), instead of an answer from 127/,
    );
  });
});
