import assert from "node:assert/strict";
import { changeCalled } from "../support/previews";
import { PaperMesh } from "./paper/mesh";
import { describeEngine } from "./tools";

describeEngine("isthmus up, where nobody can be asked", (tools) => {
  const { from, to } = changeCalled("cluster-leaves");
  let mesh: PaperMesh;

  before(async () => {
    mesh = await PaperMesh.create(tools());
    assert.ok(from);
    await mesh.up(from);
  });
  after(() => mesh.dispose());

  const resources = async (): Promise<number> => {
    let count = 0;
    await mesh.edit((all) => (count = all.length));
    return count;
  };

  it("takes no cluster away: it says what it would have done, and changes nothing", async () => {
    const before = await resources();
    const { code, stdout, stderr } = await mesh.isthmus(to, "up", "-o", "json");
    assert.equal(code, 2, stderr);
    const { error } = JSON.parse(stdout) as { error: { message: string; problems: { path: string }[] } };
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["isthmus up"],
    );
    assert.match(
      error.message,
      /takes the mesh out of \w+, takes resources away \(delete \d+\), may interrupt traffic/,
    );
    assert.match(stderr, /HIGH, interrupts traffic/);
    assert.equal(await resources(), before);
  });

  it("goes on where nothing changes, with the document of the update alone", async () => {
    assert.ok(from);
    const { code, stdout, stderr } = await mesh.isthmus(from, "up", "-o", "json");
    assert.equal(code, 0, stderr);
    assert.deepEqual(Object.keys(JSON.parse(stdout) as object), ["stack", "changes", "outputs"]);
  });

  it("takes it away with --yes", async () => {
    const { code, stdout, stderr } = await mesh.isthmus(to, "up", "--yes", "-o", "json");
    assert.equal(code, 0, stderr);
    const { changes } = JSON.parse(stdout) as { changes: Record<string, number> };
    assert.ok((changes["delete"] ?? 0) > 0, stdout);
    assert.doesNotMatch(stderr, /preview/);
  });
});
