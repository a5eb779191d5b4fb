import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { planTools } from "../../lab/tools/plan";
import type { MeshSummary } from "../../operations/summary";
import { changeCalled, recordings } from "../support/previews";
import { PaperMesh } from "./paper/mesh";
import { describeEngine } from "./tools";

/** The recorded comment about a change, as it is for the environment `paper`. */
function recordedComment(name: string): string {
  return readFileSync(join(recordings, `${name}.md`), "utf8")
    .replace("preview: prod", "preview: paper")
    .replace("environment `prod`", "environment `paper`");
}

describeEngine("isthmus preview, on a mesh whose clusters are on paper", (tools) => {
  let mesh: PaperMesh;

  before(async () => {
    const { bin } = planTools().toolbox();
    mesh = await PaperMesh.create(tools());
    // Helm is there, behind everything else.
    process.env["PATH"] = [process.env["PATH"], bin].join(delimiter);
    const { from } = changeCalled("network");
    assert.ok(from);
    await mesh.up(from);
  });
  after(() => mesh.dispose());

  it("writes what was recorded of the change, and fails because traffic is interrupted", async () => {
    const { to } = changeCalled("network");
    const { code, stdout, stderr } = await mesh.isthmus(to, "preview", "-o", "markdown", "--fail-on", "interruption");
    assert.equal(stdout, recordedComment("network"), stderr);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /isthmus: this change may interrupt traffic: west: moves from network west to north.*--allow-interruption/,
    );
  });

  it("lets it pass where that is allowed, and gives a document with manifests and without a secret", async () => {
    const { to } = changeCalled("network");
    const args = ["preview", "-o", "json", "--manifests", "--fail-on", "interruption", "--allow-interruption"];
    const { code, stdout, stderr } = await mesh.isthmus(to, ...args);
    assert.equal(code, 0, stderr);
    const { details, notRendered, stack, outcome, risks } = JSON.parse(stdout) as MeshSummary;
    assert.deepEqual([stack, outcome, ...risks.map(({ id }) => id)], ["paper", "changes", "network-changes"]);
    assert.deepEqual(notRendered, []);
    const manifests = details.filter(({ kind }) => kind === "manifest").flatMap(({ differences }) => differences);
    const network = "ConfigMap/istio-system/istio-sidecar-injector: data.values.global.network";
    assert.deepEqual(
      manifests.filter(({ path }) => path === network),
      [{ path: network, before: "west", after: "north" }],
    );
    assert.doesNotMatch(stdout + stderr, /token-on-paper|PRIVATE KEY/);
  });

  it("refuses what an update would refuse, first of all, whatever else would change", async () => {
    const { to } = changeCalled("cluster-joins");
    await mesh.options(to);
    await mesh.silence("north");
    const previewed = await mesh.isthmus(to, "preview", "-o", "markdown");
    const table = await mesh.isthmus(to, "preview");
    const updated = await mesh.isthmus(to, "up");
    assert.deepEqual([previewed.code, table.code, updated.code], [2, 2, 2], previewed.stderr);
    assert.match(previewed.stdout, /\*\*An update would refuse this, and change nothing\.\*\*\n\n#### Refused\n/);
    assert.match(table.stdout, /^paper: An update would refuse this[^]*\n\nRefused, [^]*clusters\.north\.access/);
    assert.match(previewed.stderr, /isthmus: up would refuse this: isthmus:mesh\.clusters\.north\.access/);
  });

  it("says that it failed too, and why, where what an update would refuse ends the preview itself", async () => {
    const { code, stdout, stderr } = await mesh.isthmus(changeCalled("failed").to, "preview", "-o", "markdown");
    assert.equal(code, 2, stderr);
    assert.match(stdout, /#### Refused[^]*\*\*The preview failed\.\*\*[^]*path "\.\/nowhere\/base" not found/);
    assert.match(stderr, /isthmus: up would refuse this: /);
  });
});
