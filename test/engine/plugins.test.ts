import assert from "node:assert/strict";
import { mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PluginSource } from "../../lab/plugin-choice";
import { FailedDownloads } from "../../lab/plugin-download";
import { linkStandIns } from "../../lab/plugins";
import { pollUntil } from "../../lab/wait";
import { EngineStack } from "./support";
import { describeEngine } from "./tools";

describe("the lab's directory of programs", () => {
  const toolbox = { bin: "/tools/bin", standInPlugins: "/tools/stand-ins" };
  let bin: string;

  beforeEach(async () => {
    bin = await mkdtemp(join(tmpdir(), "isthmus-plugins-"));
    await writeFile(join(bin, "kubectl"), "");
  });

  afterEach(() => rm(bin, { recursive: true }));

  const link = (kubernetes: PluginSource, tls: PluginSource): Promise<void> =>
    linkStandIns(
      [
        { name: "kubernetes", version: "4.34.2", source: kubernetes },
        { name: "tls", version: "5.5.1", source: tls },
      ],
      toolbox,
      bin,
    );

  it("holds the stand-ins that were chosen", async () => {
    await link("stand-in", "stand-in");
    assert.deepEqual((await readdir(bin)).sort(), ["kubectl", "pulumi-resource-kubernetes", "pulumi-resource-tls"]);
    assert.equal(await readlink(join(bin, "pulumi-resource-tls")), "/tools/stand-ins/pulumi-resource-tls");
  });

  it("loses them once the official ones are chosen, and nothing else: on PATH they would have precedence", async () => {
    await link("stand-in", "stand-in");
    await link("installed", "stand-in");
    assert.deepEqual((await readdir(bin)).sort(), ["kubectl", "pulumi-resource-tls"]);
    await link("installed", "installed");
    assert.deepEqual(await readdir(bin), ["kubectl"]);
  });

  it("follows tools that moved", async () => {
    await link("stand-in", "stand-in");
    await linkStandIns(
      [{ name: "tls", version: "5.5.1", source: "stand-in" }],
      { ...toolbox, standInPlugins: "/elsewhere" },
      bin,
    );
    assert.equal(await readlink(join(bin, "pulumi-resource-tls")), "/elsewhere/pulumi-resource-tls");
  });
});

describe("downloads that failed", () => {
  const tls = { name: "tls", version: "5.5.1" };
  let state: string;

  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), "isthmus-plugins-"));
  });

  afterEach(() => rm(state, { recursive: true }));

  it("are remembered for a day, by version", async () => {
    await (await FailedDownloads.read(state)).note(tls, "offline");
    const failures = await FailedDownloads.read(state);
    const hourMs = 60 * 60 * 1000;
    assert.equal(failures.reason(tls), "offline");
    assert.equal(failures.reason(tls, Date.now() + 23 * hourMs), "offline");
    assert.equal(failures.reason(tls, Date.now() + 25 * hourMs), undefined);
    assert.equal(failures.reason({ ...tls, version: "5.6.0" }), undefined);
  });

  it("are forgotten once one succeeds", async () => {
    const failures = await FailedDownloads.read(state);
    await failures.note(tls, "offline");
    await failures.note(tls, undefined);
    assert.equal((await FailedDownloads.read(state)).reason(tls), undefined);
  });

  it("are forgotten for a user who insists", async () => {
    const failures = await FailedDownloads.read(state);
    await failures.note(tls, "offline");
    failures.forget();
    assert.equal(failures.reason(tls), undefined);
  });
});

describeEngine("the lab's Pulumi", (tools) => {
  it("takes its provider plugins with it when it is killed in the middle of an update", async () => {
    const stack = await EngineStack.create("waiting", tools());
    try {
      await stack.configure({});
      await stack.upUntilKilled(/key created/);
      const plugins = (): string[] =>
        [...stack.processes().values()].filter((line) => line.includes("pulumi-resource-"));
      await pollUntil(() => Promise.resolve(plugins().length === 0), { what: "plugins to end", timeoutMs: 10_000 });
    } finally {
      await stack.abandon();
    }
  });

  it("gives its language host the options of Pulumi.yaml: nothing checks types at every preview, and no warning is shown", async () => {
    const stack = await EngineStack.create("runtime", tools());
    try {
      await stack.configure({});
      const output = await stack.up();
      assert.doesNotMatch(output, /pulumi-language-nodejs/);
      assert.deepEqual(await stack.outputs(), { nodeArguments: ["--require", "tsx/cjs"], typescript: "false" });
    } finally {
      await stack.dispose();
    }
  });
});
