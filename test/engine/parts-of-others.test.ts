import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { importIfUnchanged, isSameState } from "../../engine/state";
import {
  destroyParts,
  ensureInOneStack,
  findForgettablePart,
  findRemovals,
  forgetPart,
  moveState,
  partsOutputs,
  previewParts,
  upParts,
  type PartsUpdate,
} from "../../operations/parts";
import { renamePart } from "../../operations/parts/renamed";
import { preview, readOutputs, up, UnfinishedUpdate, type StackOptions } from "../../operations/stack";
import { openWorkspace, selectStack } from "../../operations/stack/workspace";
import { ConfigurationError } from "../../topology";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { describeEngine } from "./tools";

const [east, north] = [paperCluster("east"), paperCluster("north")];
const config: PaperConfig = { id: "mesh1", stacks: "per-cluster", clusters: { east, north } };
const others: PaperConfig = { id: "mesh2", clusters: { oslo: paperCluster("oslo") } };

describeEngine("a mesh in a stack for each cluster, beside what is others'", (tools) => {
  let mesh: PaperMesh;
  let options: StackOptions;
  let other: StackOptions;

  before(async () => {
    mesh = await PaperMesh.create(tools());
    other = await mesh.options(others, "paper.eu");
    await up(other);
    options = await mesh.options(config);
    await upParts(options);
  });
  after(() => mesh.dispose());

  async function stacks(): Promise<string[]> {
    return (await (await openWorkspace(options)).listStacks()).map(({ name }) => name).sort();
  }

  function outcomes({ parts }: PartsUpdate): Record<string, string> {
    return Object.fromEntries(parts.map(({ part, outcome }) => [part, outcome]));
  }

  async function refused(action: Promise<unknown>, words: RegExp): Promise<void> {
    await assert.rejects(action, (error: unknown) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, words);
      return true;
    });
  }

  /** That nothing of the mesh whose stack's name looks like that of a part is gone. */
  async function othersStand(): Promise<void> {
    assert.ok(existsSync(join(options.projectDirectory, "Pulumi.paper.eu.yaml")));
    const { changes } = await preview(other);
    assert.deepEqual(Object.keys(changes), ["same"]);
  }

  it("leaves another mesh alone whose stack's name looks like that of a part", async () => {
    assert.deepEqual(await findRemovals(options), []);
    assert.deepEqual(outcomes(await upParts({ ...options, removals: "agreed" })), {
      trust: "updated",
      east: "unchanged",
      north: "unchanged",
    });
    assert.deepEqual(Object.keys((await partsOutputs(options))?.["clusters"] ?? {}), ["east", "north"]);
    await refused(findForgettablePart(options, "eu"), /no stack paper\.eu that is this mesh's/);
    await othersStand();
  });

  it("refuses a cluster whose stack's name is another mesh's, whatever is asked of it, and changes nothing", async () => {
    const wanting = await mesh.options({ ...config, clusters: { ...config.clusters, eu: paperCluster("eu") } });
    const words = /stack paper\.eu: expected the part eu of mesh mesh1 in stack paper, or none of that name, found/;
    for (const action of [upParts, previewParts, partsOutputs, findRemovals]) await refused(action(wanting), words);
    await refused(destroyParts(wanting, new Map()), words);
    options = await mesh.options(config);
    await othersStand();
  });

  it("is known by every name of its stack", async () => {
    const inFull = { ...options, stack: "organization/isthmus/paper" };
    assert.deepEqual(Object.values(outcomes(await upParts(inFull))), ["updated", "unchanged", "unchanged"]);
    await refused(ensureInOneStack(inFull), /isthmus:mesh\.stacks: expected per-cluster/);
  });

  it("is not taken for a whole mesh by one whose stack is called like a part", async () => {
    const file = join(options.projectDirectory, "Pulumi.paper.east.yaml");
    const wrong = await mesh.options(others, "paper.east");
    await refused(ensureInOneStack(wrong), /stack paper\.east: expected a stack for a whole mesh, found the part east/);
    // What the clusters say comes before what the program would: either refuses it.
    await assert.rejects(up(wrong), ConfigurationError);
    assert.ok(existsSync(file));
    await rm(file);
    options = await mesh.options(config);
  });

  it("takes the stack of a renamed cluster over after the checks, and back when that is not wanted any more", async () => {
    const renamed = await mesh.options({
      ...config,
      clusters: { north, oost: { ...east, access: { context: "south" }, replaces: "east" } },
    });
    await mesh.silence("south");
    await refused(upParts(renamed), /oost/);
    assert.ok((await stacks()).includes("paper.east"));
    await renamePart(options, "east", "oost", "absent");
    options = await mesh.options(config);
    assert.deepEqual(await findRemovals(options), []);
    const { east: outcome } = outcomes(await upParts({ ...options, removals: "agreed" }));
    assert.equal(outcome, "unchanged");
    assert.deepEqual(await stacks(), ["paper.east", "paper.eu", "paper.north", "paper.trust"]);
  });

  it("does not remove a part from the cluster that another part is to have", async () => {
    options = await mesh.options({ ...config, clusters: { north, ost: east } });
    await refused(upParts({ ...options, removals: "agreed" }), /the same one\. If east is to be called ost/);
    assert.ok((await stacks()).includes("paper.east"));
  });

  it("holds nobody up by a cluster that went down during its own last update", async () => {
    options = await mesh.options(config);
    await mesh.edit((resources) => {
      for (const { type, outputs } of resources) if (type === "pulumi:pulumi:Stack") forgetDigest(outputs);
    }, "paper.north");
    await mesh.silence("north");
    await assert.rejects(upParts(options), (error: unknown) => {
      assert.ok(error instanceof UnfinishedUpdate, String(error));
      assert.deepEqual(error.clusters, ["north"]);
      return true;
    });
  });

  it("forgets a cluster that is gone with its stack, and selects and unselects none", async () => {
    await mesh.pulumi("stack", "select", "paper.trust");
    options = await mesh.options({ ...config, clusters: { east } });
    assert.deepEqual(await findRemovals(options), [{ part: "north", stack: "paper.north" }]);
    const count = await findForgettablePart(options, "north");
    assert.ok(count > 0);
    assert.equal((await forgetPart(options, "north")).forgotten, count);
    assert.deepEqual(await stacks(), ["paper.east", "paper.eu", "paper.trust"]);
    assert.equal((await mesh.pulumi("stack", "--show-name")).trim(), "paper.trust");
    assert.deepEqual(Object.values(outcomes(await upParts(options))), ["updated", "updated"]);
  });

  it("removes a part only when that is agreed to, and says before what goes", async () => {
    options = await mesh.options({ ...config, clusters: { east, west: paperCluster("west") } });
    await upParts(options);
    options = await mesh.options({ ...config, clusters: { east } });
    await refused(upParts(options), /isthmus:mesh\.clusters\.west: expected cluster west described there, or a word/);
    const { changes } = await previewParts(options);
    assert.ok((changes["delete"] ?? 0) > 5, JSON.stringify(changes));
    const update = await upParts({ ...options, removals: "agreed" });
    assert.deepEqual(outcomes(update), { trust: "updated", east: "updated", west: "removed" });
    assert.deepEqual(await stacks(), ["paper.east", "paper.eu", "paper.trust"]);
    assert.equal((await mesh.pulumi("stack", "--show-name")).trim(), "paper.trust");
  });

  it("moves into one stack with what waits for its deletion, and back, and writes over no update", async () => {
    await mesh.edit((resources) => {
      const found = resources.find(({ urn }) => String(urn).endsWith("::mesh-east-system-namespace"));
      resources.push({ ...found, delete: true, id: "old" });
    }, "paper.east");
    const one = await mesh.options({ id: "mesh1", clusters: { east } });
    await moveState(one);
    assert.deepEqual(await stacks(), ["paper", "paper.eu"]);
    const stack = await selectStack(one);
    assert.ok(stack !== undefined);
    const exported = await stack.exportStack();
    assert.ok(isSameState(exported, await stack.exportStack()));
    assert.match(JSON.stringify(exported.deployment), /"delete":true/);
    await up(one);
    assert.doesNotMatch(JSON.stringify((await stack.exportStack()).deployment), /"delete":true/);
    await refused(importIfUnchanged(stack, exported, {}), /one that another update has written since/);
    options = await mesh.options({ ...config, clusters: { east } });
    await moveState(options);
    assert.deepEqual(Object.values(outcomes(await upParts(options))), ["updated", "updated"]);
  });

  it("is taken down, and nothing else", async () => {
    await destroyParts(options, new Map());
    assert.deepEqual(await readOutputs({ ...options, stack: "paper.east" }), {});
    await othersStand();
  });
});

function forgetDigest(outputs: unknown): void {
  const { part } = outputs as { part: { digest?: string } };
  delete part.digest;
}
