import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
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
import { knowsNothing } from "../../preflight";
import { ConfigurationError, type MeshConfig, type MeshPlan } from "../../topology";
import { planOf, twoPrimaries } from "../support/plans";
import { describeEngine, engineVariables } from "./tools";

const repository = resolve(__dirname, "../..");

/** Does what the variable PROGRAM says: nothing special, fail, or have one resource that cannot be made. */
const program = `
const pulumi = require("@pulumi/pulumi");
module.exports = async () => {
  if (process.env.PROGRAM === "fail") throw new pulumi.RunError("no such luck");
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
    assert.match(
      said.join("\n"),
      /given up: isthmus:mesh.clusters.east.*: expected an answer from .*, found a refused connection \(ECONNREFUSED\)/,
    );
  });

  it("destroy what they made", async () => {
    assert.deepEqual((await destroy(options()))?.changes, { delete: 2 });
  });
});
