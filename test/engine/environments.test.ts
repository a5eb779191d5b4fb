import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { loadStackConfiguration } from "../../access";
import { preview, runsOnLab, type StackOptions } from "../../operations/stack";
import { parseMesh, planMesh } from "../../topology";
import { programModule, programRuntime } from "../support/program";
import { describeEngine, engineVariables, linkInstalledPlugins } from "./tools";

const repository = resolve(__dirname, "../..");

/** A cluster whose API server refuses connections. */
function kubeconfigOf(...names: string[]): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": names[0],
    clusters: names.map((name) => ({ name, cluster: { server: "https://127.0.0.1:1" } })),
    users: names.map((name) => ({ name, user: { token: `token-of-${name}` } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  };
}

/** Says what a project's clusters stack has: a kubeconfig for each cluster of production. */
const clustersProgram = `
const pulumi = require("@pulumi/pulumi");
exports.kubeconfigs = pulumi.secret(JSON.parse(process.env.KUBECONFIGS));
`;

const productionClusters = ["eu-west-a", "eu-west-b", "us-east-a", "us-east-batch"];

/** A key service that speaks as AWS's does, and encrypts nothing: what it is given comes back. */
async function keyService(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      const { Plaintext, CiphertextBlob } = JSON.parse(body) as Partial<Record<string, string>>;
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ KeyId: "k", CiphertextBlob: Plaintext, Plaintext: CiphertextBlob }));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

describeEngine("the stack files of environments", (tools) => {
  let directory: string;
  let savedVariables: NodeJS.ProcessEnv;
  let keys: Server;
  let output: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-environments-"));
    savedVariables = { ...process.env };
    keys = await keyService();
    Object.assign(process.env, {
      PATH: [tools().bin, process.env["PATH"]].join(delimiter),
      ...engineVariables(directory),
      AWS_ACCESS_KEY_ID: "of no worth",
      AWS_SECRET_ACCESS_KEY: "of no worth",
      AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${(keys.address() as AddressInfo).port}`,
      KUBECONFIG: join(directory, "kubeconfig"),
      KUBECONFIGS: JSON.stringify(Object.fromEntries(productionClusters.map((name) => [name, kubeconfigOf(name)]))),
    });
    delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    await linkInstalledPlugins(tools().plugins, join(directory, "home"));
    await mkdir(join(directory, "state"));
    await writeFile(join(directory, "kubeconfig"), stringify(kubeconfigOf("staging-eu-west", "staging-us-east")));
    await makeProject("clusters", {}, clustersProgram);
    await makeProject(
      "isthmus",
      { options: programRuntime.options },
      `module.exports = require(${JSON.stringify(programModule)});`,
    );
  });

  beforeEach(() => {
    output = "";
    delete process.env["PULUMI_CONFIG_PASSPHRASE"];
  });

  after(async () => {
    process.env = savedVariables;
    keys.close();
    await rm(directory, { recursive: true });
  });

  async function makeProject(name: string, runtime: object, program: string): Promise<void> {
    const project = join(directory, name);
    await mkdir(project);
    await symlink(join(repository, "node_modules"), join(project, "node_modules"));
    await writeFile(
      join(project, "Pulumi.yaml"),
      stringify({ name, main: "index.js", runtime: { name: "nodejs", ...runtime } }),
    );
    await writeFile(join(project, "package.json"), "{}");
    await writeFile(join(project, "index.js"), program);
  }

  /** The stack of a shipped file, in a project of its own. */
  async function environment(stack: string): Promise<StackOptions> {
    const projectDirectory = join(directory, "isthmus");
    const file = `Pulumi.${stack}.yaml`;
    await copyFile(join(repository, file), join(projectDirectory, file));
    const plan = planMesh(parseMesh(await loadStackConfiguration(projectDirectory, stack)));
    assert.equal(runsOnLab(plan), false);
    return { projectDirectory, stack, plan, onOutput: (text) => void (output += text) };
  }

  const fileOf = (stack: string): Promise<string> =>
    readFile(join(directory, "isthmus", `Pulumi.${stack}.yaml`), "utf8");

  it("give a plan of the whole mesh: staging, by contexts and a passphrase", async () => {
    process.env["PULUMI_CONFIG_PASSPHRASE"] = "of no worth";
    const { changes } = await preview(await environment("staging"));
    assert.ok((changes["create"] ?? 0) > 30, output);
    assert.equal(await fileOf("staging"), await readFile(join(repository, "Pulumi.staging.yaml"), "utf8"));
    for (const cluster of ["eu-west", "us-east"]) {
      assert.ok(
        output.includes(`isthmus:mesh.clusters.${cluster}.access.context: expected an answer from 127.0.0.1:1`),
      );
    }
  });

  it("give a plan of the whole mesh: production, by another stack's outputs and a key of a key service", async () => {
    const secretsProvider = "awskms:///alias/clusters?region=eu-west-1";
    const workspace = await LocalWorkspace.create({ workDir: join(directory, "clusters"), secretsProvider });
    await (await Stack.createOrSelect("production", workspace)).up({ color: "never" });
    const { changes } = await preview(await environment("production"));
    assert.ok((changes["create"] ?? 0) > 60, output);
    assert.equal(await fileOf("production"), await readFile(join(repository, "Pulumi.production.yaml"), "utf8"));
    for (const cluster of productionClusters) {
      assert.ok(output.includes(`isthmus:mesh.clusters.${cluster}.access.output: expected an answer from 127.0.0.1:1`));
    }
    assert.ok(!output.includes("token-of-"));
  });
});
