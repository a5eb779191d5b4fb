import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { pollUntil } from "../../lab/wait";
import { refreshParts, upParts } from "../../operations/parts";
import { destroy, PulumiError, readOutputs, refresh, UnfinishedUpdate, up } from "../../operations/stack";
import { ConfigurationError } from "../../topology";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { stallVariable } from "./paper/world";
import { describeEngine } from "./tools";

const east = paperCluster("east");
const west = paperCluster("west");
const both: PaperConfig = { id: "mesh1", clusters: { east, west } };
const alone: PaperConfig = { id: "mesh1", clusters: { east } };

describeEngine("credentials that were renewed since the last update", (tools) => {
  let mesh: PaperMesh;

  before(async () => {
    mesh = await PaperMesh.create(tools());
    await mesh.up(both);
  });
  after(() => mesh.dispose());

  const objectsOf = (cluster: string): number => mesh.world.at(mesh.urlOf(cluster)).length;

  it("let a refresh see what is in the cluster, and change nothing else", async () => {
    mesh.renewToken("west");
    const options = await mesh.options(both);
    const secret = mesh.world.at(mesh.urlOf("west")).find(({ id }) => id === "istio-system/cacerts");
    assert.ok(secret !== undefined);
    mesh.world.remove(mesh.urlOf("west"), secret.type, secret.id);
    const outputs = await readOutputs(options);
    assert.ok(outputs?.["clusters"] !== undefined);
    const { changes } = await refresh(options);
    assert.equal(changes["delete"], 1, JSON.stringify(changes));
    assert.deepEqual(await readOutputs(options), outputs, "what the last update said is as it was");
    const { changes: mended } = await up(options);
    assert.equal(mended["create"], 1, JSON.stringify(mended));
  });

  it("keep an update from a cluster that leaves where nobody has them, and it is not to be forgotten", async () => {
    mesh.renewToken("west");
    const options = await mesh.options(alone);
    const file = join(mesh.directory, "kubeconfig");
    const { contexts, ...kubeconfig } = parse(await readFile(file, "utf8")) as { contexts: { name: string }[] };
    await writeFile(file, stringify({ ...kubeconfig, contexts: contexts.filter(({ name }) => name !== "west") }));
    const before = objectsOf("west");
    for (const action of [up, destroy]) {
      await assert.rejects(action(options), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(
          error.message,
          /^stack paper: cluster west: expected credentials that 127\.0\.0\.1:\d+ accepts, to remove the mesh there, found those of the last update, and others \(401 Unauthorized\)\. Have a context .*, or write west back into the configuration and run `isthmus up`, which gives the stack today's credentials; then take it out again\.$/,
        );
        assert.doesNotMatch(error.message, /forget|token-on-paper|renewed-/);
        return true;
      });
    }
    assert.equal(objectsOf("west"), before);
  });

  it("let an update remove what was made in a cluster that leaves", async () => {
    mesh.renewToken("west");
    assert.ok(objectsOf("west") > 5);
    const { changes } = await up(await mesh.options(alone));
    assert.ok((changes["delete"] ?? 0) > 5, JSON.stringify(changes));
    assert.equal(objectsOf("west"), 0);
    const again = await up(await mesh.options(alone));
    assert.deepEqual(Object.keys(again.changes), ["same"]);
  });

  it("let a destruction remove everything, in the end, also where something failed at first", async () => {
    mesh.renewToken("east");
    const options = await mesh.options(alone);
    mesh.faults.fail(mesh.urlOf("east"), "errors");
    await assert.rejects(destroy(options), UnfinishedUpdate);
    assert.ok(Object.keys((await readOutputs(options)) ?? {}).includes("clusters"), "what the last update said");
    mesh.faults.release();
    const { changes } = (await destroy(options)) ?? {};
    assert.deepEqual(Object.keys(changes ?? {}), ["delete"]);
    assert.equal(objectsOf("east"), 0);
  });

  it("let a destruction clear away what a killed update had begun", async () => {
    await destroy(await mesh.options(both));
    const options = await mesh.options(alone);
    process.env[stallVariable] = "mesh-east-system-cacerts";
    const kill = new AbortController();
    const update = up({ ...options, kill: kill.signal });
    const made = pollUntil(
      () => Promise.resolve(mesh.world.at(mesh.urlOf("east")).some(({ id }) => id === "istio-system/cacerts")),
      { what: "the Secret to be made", timeoutMs: 120_000 },
    );
    await Promise.all([made.finally(() => kill.abort()), assert.rejects(update, PulumiError)]);
    Reflect.deleteProperty(process.env, stallVariable);
    mesh.renewToken("east");
    await destroy(await mesh.options(alone));
    assert.equal(objectsOf("east"), 0);
    const { deployment } = JSON.parse(await mesh.pulumi("stack", "export", "--stack", "paper")) as {
      deployment: { resources?: unknown[]; pending_operations?: unknown[] };
    };
    assert.deepEqual([deployment.resources ?? [], deployment.pending_operations ?? []], [[], []]);
  });
});

describeEngine("credentials that were renewed since the last update of a mesh in a stack for each cluster", (tools) => {
  let mesh: PaperMesh;
  const inParts = (config: PaperConfig): PaperConfig => ({ ...config, stacks: "per-cluster" });

  before(async () => {
    mesh = await PaperMesh.create(tools());
    await upParts(await mesh.options(inParts(both)));
  });
  after(() => mesh.dispose());

  it("let a refresh work, which leaves every stack's outputs as they are, secrets as secrets", async () => {
    const said = (): Promise<string[]> =>
      Promise.all(
        ["trust", "east", "west"].flatMap((part) =>
          [[], ["--show-secrets"]].map((more) =>
            mesh.pulumi("stack", "output", "--json", "--stack", `paper.${part}`, ...more),
          ),
        ),
      );
    const before = await said();
    assert.ok(before.some((text) => text.includes("[secret]")));
    mesh.renewToken("east");
    mesh.renewToken("west");
    await refreshParts(await mesh.options(inParts(both)));
    assert.deepEqual(await said(), before);
  });

  it("let an update remove a cluster that leaves, with its stack", async () => {
    mesh.renewToken("west");
    const { parts } = await upParts({ ...(await mesh.options(inParts(alone))), removals: "agreed" });
    assert.equal(parts.find(({ part }) => part === "west")?.outcome, "removed");
    assert.deepEqual(mesh.world.at(mesh.urlOf("west")), []);
  });
});
