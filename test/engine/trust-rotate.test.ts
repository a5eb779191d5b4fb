import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RotationReport } from "../../operations/deployment";
import { publishRoots } from "./paper/istiod";
import type { CommandEnd, PaperMesh } from "./paper/mesh";
import { standingMesh, trustOf } from "./paper/standing";
import { describeEngine } from "./tools";

const sites = ["east", "west"] as const;

interface Rotated extends RotationReport {
  readonly done: readonly string[];
}

describeEngine("isthmus trust rotate", (tools) => {
  let mesh: PaperMesh;

  before(async () => {
    mesh = await standingMesh(tools(), sites);
  });
  after(() => mesh.dispose());

  const publish = (): void => {
    for (const site of sites) publishRoots(mesh, site);
  };
  const file = (): string => join(mesh.directory, "Pulumi.paper.yaml");
  const rotate = (...args: string[]): Promise<CommandEnd> => mesh.command("trust", "rotate", "-o", "json", ...args);

  async function rotated(code: number, ...args: string[]): Promise<Rotated> {
    const run = await rotate(...args);
    assert.equal(run.code, code, run.stderr);
    return JSON.parse(run.stdout) as Rotated;
  }

  async function generated(): Promise<unknown> {
    return (await trustOf(mesh))?.generated;
  }

  it("changes nothing unless it is told to, and then the one value of the file, and the mesh", async () => {
    const before = await readFile(file(), "utf8");
    const { done, readiness, steps } = await rotated(0, "--to", "2031");
    assert.deepEqual([done, readiness.kind, steps.length], [[], "ready", 4]);
    assert.equal(await readFile(file(), "utf8"), before);

    const first = await rotated(0, "--to", "2031", "--yes");
    assert.deepEqual(first.done, ["Make the root 2031, and let everybody trust it beside first."]);
    assert.deepEqual(await generated(), { roots: ["first", "2031"], issuer: "first", issuers: {} });
    assert.equal(first.readiness.kind, "following", "no istiod has taken it up");
  });

  it("waits for what has not followed, and says so by its exit code", async () => {
    const { done, readiness } = await rotated(1, "--yes");
    assert.deepEqual(done, []);
    assert.match("words" in readiness ? readiness.words.join() : "", /east: its istiod has not taken up/);
  });

  it("takes no step while something else pends, and leaves the file as it is", async () => {
    publish();
    const before = await readFile(file(), "utf8");
    const other = before.replace("id: mesh1", "id: mesh1\n    namespaces: { shop: {} }");
    await writeFile(file(), other);
    const { code, stderr } = await rotate("--yes");
    assert.equal(code, 2, stderr);
    assert.match(stderr, /other changes that no update has brought yet: .*Run `isthmus up --stack paper` first/);
    assert.equal(await readFile(file(), "utf8"), other);
    await writeFile(file(), before);
  });

  it("brings first what the file says and no update has brought, as after a kill between the two", async () => {
    const issuers = '{ east: "2031" }';
    await writeFile(file(), (await readFile(file(), "utf8")).replace("issuers: {}", `issuers: ${issuers}`));
    const { done, steps } = await rotated(0, "--yes");
    assert.deepEqual(done, ["Brought the mesh what its file says: the istiod of east does not sign under 2031 yet."]);
    assert.deepEqual(
      steps.map(({ what }) => what),
      ["Let the istiod of west sign under 2031.", "Drop first: 2031 is the only root."],
    );
  });

  it("goes no way that does not fit one that is under way", async () => {
    const { code, stderr } = await rotate("--to", "2036", "--yes");
    assert.equal(code, 2);
    assert.match(stderr, /one change of roots at a time/);
    assert.match((await rotate("--to", "2031", "--roll-back")).stderr, /--to or --roll-back, found both/);
  });

  it("goes back all the way, whatever has been done, and is no change under way then", async () => {
    // As istiods do, whenever they are given something else.
    const istiods = setInterval(publish, 200);
    try {
      const { done, goal, roots, steps } = await rotated(0, "--roll-back", "--yes", "--wait", "2m");
      assert.deepEqual(done, ["Let the istiod of east sign under first.", "Drop 2031: first is the only root."]);
      assert.deepEqual([goal, roots, steps], ["first", ["first"], []]);
      assert.equal((await rotate("--roll-back")).code, 2);
    } finally {
      clearInterval(istiods);
    }
  });
});
