import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { stringify } from "yaml";
import {
  destroy,
  findClusters,
  preview,
  PulumiError,
  UnfinishedUpdate,
  up,
  type StackOptions,
} from "../../operations/stack";
import { knowsNothing } from "../../access";
import { ConfigurationError, type MeshConfig, type MeshPlan } from "../../topology";
import { planOf, twoPrimaries } from "../support/plans";
import { describeEngine, engineVariables } from "./tools";

const repository = resolve(__dirname, "../..");

/** Does what the variable PROGRAM says: nothing special, fail, take its time, or have one resource that cannot be made. */
const program = `
const pulumi = require("@pulumi/pulumi");
module.exports = async () => {
  if (process.env.PROGRAM === "fail") throw new pulumi.RunError("no such luck");
  if (process.env.PROGRAM === "wait") await new Promise((resolve) => setTimeout(resolve, 120000));
  new pulumi.ComponentResource("test:index:Thing", "thing");
  if (process.env.PROGRAM === "break") {
    const tls = require("@pulumi/tls");
    new tls.CertRequest("mesh-west-request", { privateKeyPem: "no key" });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    new tls.PrivateKey("mesh-east-key", { algorithm: "ED25519" });
  }
  return { mesh: { id: "mesh1" }, token: pulumi.secret("hidden") };
};
`;

/** Contexts of clusters whose API servers refuse connections. */
function kubeconfigOf(...names: string[]): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: names.map((name) => ({ name, cluster: { server: "https://127.0.0.1:1" } })),
    users: names.map((name) => ({ name, user: { token: "of no worth" } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  };
}

describeEngine("operations on a stack", (tools) => {
  let directory: string;
  let savedVariables: NodeJS.ProcessEnv;
  let said: string[];
  let path: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-operations-"));
    savedVariables = { ...process.env };
    Object.assign(process.env, {
      PATH: [tools().bin, process.env["PATH"]].join(delimiter),
      ...engineVariables(directory),
    });
    path = process.env["PATH"] ?? "";
    delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    await mkdir(join(directory, "state"));
    await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
    await writeFile(join(directory, "Pulumi.yaml"), "name: operations-test\nruntime: nodejs\nmain: index.js\n");
    await writeFile(join(directory, "package.json"), "{}");
    await writeFile(join(directory, "index.js"), program);
    await writeFile(join(directory, "kubeconfig"), stringify(kubeconfigOf("east", "west")));
    for (const chart of ["base", "istiod", "gateway"]) {
      await mkdir(join(directory, "charts", chart), { recursive: true });
      await writeFile(join(directory, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
    }
  });

  beforeEach(() => {
    said = [];
    process.env["PATH"] = path;
    delete process.env["PROGRAM"];
    delete process.env["PULUMI_K8S_DELETE_UNREACHABLE"];
  });

  after(async () => {
    process.env = savedVariables;
    await rm(directory, { recursive: true });
  });

  /** A mesh without clusters: nothing is reached, and the program is ours. */
  const options = (parts: Partial<StackOptions> = {}): StackOptions => ({
    projectDirectory: directory,
    stack: "test",
    plan: { ...planOf(twoPrimaries), clusters: [] },
    onProgress: (words) => void said.push(words),
    ...parts,
  });

  /** Two clusters, of whose API servers nobody listens. */
  const silentClusters = (ifUnreachable: "skip" | "fail"): MeshPlan => {
    const cluster = (name: string): MeshConfig["clusters"][string] => ({
      network: name,
      access: { context: name },
      apiServer: { url: `https://${name}.example.org:6443` },
      ifUnreachable,
    });
    const clusters = { east: cluster("east"), west: cluster("west") };
    return planOf({ ...twoPrimaries, clusters, kubeconfig: "kubeconfig" });
  };

  const locks = join(".pulumi", "locks", "organization", "operations-test", "test");

  /** @returns Takes it away. */
  async function lockBy(pid: number): Promise<() => Promise<void>> {
    const lock = { pid, username: "somebody", hostname: hostname(), timestamp: new Date().toISOString() };
    await mkdir(join(directory, "state", locks), { recursive: true });
    const file = join(directory, "state", locks, "0a1b2c3d.json");
    await writeFile(file, JSON.stringify(lock));
    return () => rm(file, { force: true });
  }

  /** A process that bears the name of Pulumi's CLI. */
  async function pulumiProcess(seconds: number): Promise<ChildProcess> {
    const elsewhere = join(directory, "elsewhere");
    await mkdir(elsewhere, { recursive: true });
    await copyFile("/bin/sleep", join(elsewhere, "pulumi"));
    const other = spawn(join(elsewhere, "pulumi"), [String(seconds)]);
    await once(other, "spawn");
    return other;
  }

  async function remainingLocks(): Promise<string[]> {
    return (await readdir(join(directory, "state", locks))).filter((name) => name.endsWith(".json"));
  }

  /** A listener to Pulumi's words that does something when they first match. */
  function onceSaid(words: RegExp, action: () => void): (text: string) => void {
    let output = "";
    return (text) => {
      const isNew = !words.test(output);
      output += text;
      if (isNew && words.test(output)) action();
    };
  }

  /** Processes that work for this test's stack: the environment that they were given names a directory of its own. */
  function processesOfStack(): string[] {
    const mark = `PULUMI_HOME=${join(directory, "home")}\0`;
    return readdirSync("/proc").filter(
      (pid) => pid !== String(process.pid) && readProcess(pid, "environ").includes(mark),
    );
  }

  it("find nothing to destroy where there is no stack", async () => {
    assert.equal(await destroy(options({ stack: "absent" })), undefined);
  });

  it("make a stack that is not there, and give its outputs without secrets", async () => {
    const result = await up(options());
    assert.deepEqual(result, { stack: "test", changes: { create: 2 }, outputs: { mesh: { id: "mesh1" } } });
    assert.deepEqual((await up(options())).changes, { same: 2 });
  });

  it("preview, and change nothing by it", async () => {
    assert.deepEqual(await preview(options()), { stack: "test", changes: { same: 2 } });
  });

  it("hand on the engine's events without keys, which its messages for debugging have", async () => {
    process.env["PROGRAM"] = "break";
    const events: string[] = [];
    const listening = options({ onEvent: (event) => void events.push(JSON.stringify(event)) });
    await assert.rejects(up(listening));
    delete process.env["PROGRAM"];
    await up(listening);
    const text = events.join("\n");
    assert.match(text, /"summaryEvent"/);
    assert.match(text, /mesh-east-key/);
    assert.doesNotMatch(text, /PRIVATE KEY|hidden/);
  });

  it("tell Pulumi's first error", async () => {
    process.env["PROGRAM"] = "fail";
    await assert.rejects(up(options()), (error: unknown) => {
      assert.ok(error instanceof PulumiError);
      assert.match(error.message, /^pulumi up failed: .*no such luck/);
      return true;
    });
  });

  it("go on where one cluster fails, and say which", async () => {
    process.env["PROGRAM"] = "break";
    let output = "";
    const plan = silentClusters("skip");
    await assert.rejects(up(options({ plan, onOutput: (text) => void (output += text) })), (error: unknown) => {
      assert.ok(error instanceof UnfinishedUpdate);
      assert.deepEqual(error.clusters, ["west"]);
      assert.match(error.message, /^pulumi up failed in cluster west: privateKeyPem/);
      return true;
    });
    assert.match(output, /mesh-east-key created/);
    delete process.env["PROGRAM"];
    assert.deepEqual((await up(options())).changes, { delete: 1, same: 2 });
  });

  it("remove nothing while a cluster does not answer, unless it is given up", async () => {
    const plan = silentClusters("skip");
    await assert.rejects(destroy(options({ plan })), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        ["isthmus:mesh.clusters.east.access.context", "isthmus:mesh.clusters.west.access.context"],
      );
      assert.match(error.message, /ECONNREFUSED.*PULUMI_K8S_DELETE_UNREACHABLE=true/);
      return true;
    });
    assert.deepEqual((await up(options())).changes, { same: 2 });

    process.env["PULUMI_K8S_DELETE_UNREACHABLE"] = "true";
    assert.deepEqual([...(await findClusters(options({ plan }), knowsNothing)).keys()], []);
    assert.match(said.join("\n"), /given up: isthmus:mesh.clusters.east.*: connect ECONNREFUSED/);
  });

  it("leave the lock of a process that nobody here has noted, and say whose it is and what frees it", async () => {
    // Higher than any process id of Linux: another machine of this name may have it.
    const free = await lockBy(4194305);
    await assert.rejects(up(options()), (error: unknown) => {
      assert.ok(error instanceof PulumiError);
      assert.match(
        error.message,
        /locked by somebody@\S+ \(process 4194305, since .*\)\..*`pulumi cancel --stack test`/,
      );
      return true;
    });
    assert.equal((await remainingLocks()).length, 1);
    await free();
  });

  it("wait for another update of this machine", async () => {
    const other = await pulumiProcess(600);
    const free = await lockBy(other.pid ?? 0);
    other.once("exit", () => void free());
    // It ends once it is waited for, however long an update takes to meet its lock.
    const onProgress = (words: string): void => {
      said.push(words);
      other.kill();
    };
    assert.deepEqual((await up(options({ onProgress }))).changes, { same: 2 });
    assert.equal(said[0], `another update of the stack is under way (process ${other.pid ?? 0}): waiting for it`);
  });

  it("end in good order when they are asked to: no lock is left", async () => {
    process.env["PROGRAM"] = "wait";
    const stop = new AbortController();
    // Before the headline: Pulumi does not listen to Ctrl-C yet, and whatever it says is waited for in vain.
    const update = up(options({ stop: stop.signal, onOutput: onceSaid(/Updating/, () => stop.abort()) }));
    await assert.rejects(update, (error: unknown) => error instanceof PulumiError && error.signal === undefined);
    assert.deepEqual(await remainingLocks(), []);
    assert.deepEqual(said, []);
  });

  it("end when they do not react either: killed, with all that they started, and without a lock", async () => {
    process.env["PROGRAM"] = "wait";
    const deaf = join(directory, "deaf");
    await mkdir(deaf);
    await writeFile(join(deaf, "pulumi"), `#!/bin/sh\ntrap "" INT\n"${tools().bin}/pulumi" "$@" &\nwait\n`, {
      mode: 0o755,
    });
    process.env["PATH"] = [deaf, process.env["PATH"]].join(delimiter);
    const stop = new AbortController();
    const update = up(
      options({ stop: stop.signal, stopGraceMs: 1_000, onOutput: onceSaid(/updating/, () => stop.abort()) }),
    );
    await assert.rejects(update, (error: unknown) => error instanceof PulumiError && error.signal === "SIGKILL");
    assert.deepEqual(await remainingLocks(), []);
    assert.deepEqual(said, ["the update did not end in time and was killed: taking away its lock"]);
    assert.deepEqual(processesOfStack(), []);
  });

  it("go on after they were killed", async () => {
    process.env["PROGRAM"] = "wait";
    const kill = new AbortController();
    const update = up(options({ kill: kill.signal, onOutput: onceSaid(/Updating/, () => kill.abort()) }));
    await assert.rejects(update, PulumiError);
    assert.equal((await remainingLocks()).length, 1);

    delete process.env["PROGRAM"];
    assert.deepEqual((await up(options())).changes, { same: 2 });
    assert.match(said.join("\n"), /taking away the stack's lock/);
  });

  it("go on after they were killed while Pulumi wrote to its backend", async () => {
    const attributes = join(directory, "state/.pulumi/stacks/operations-test/test.json.attrs");
    await writeFile(attributes, "");
    await utimes(attributes, 0, 0);
    assert.deepEqual((await up(options())).changes, { same: 2 });
    assert.match(said.join("\n"), /removed what a killed update left half-written in the backend/);
  });

  it("destroy what they made", async () => {
    assert.deepEqual((await destroy(options()))?.changes, { delete: 2 });
  });
});

/** What the kernel tells about a process; empty for one that has ended or is another user's. */
function readProcess(pid: string, file: string): string {
  if (!/^\d+$/.test(pid)) return "";
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["EACCES", "ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
