import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { MeshDeployment } from "../../operations/deployment";
import { destroy } from "../../operations/stack";
import { ConfigurationError, type MeshConfig } from "../../topology";
import { programModule, programRuntime } from "../support/program";
import { describeEngine, engineVariables, linkInstalledPlugins } from "./tools";

const repository = resolve(__dirname, "../..");

/** A cluster whose API server refuses connections. */
const kubeconfig = (name: string): object => ({
  apiVersion: "v1",
  kind: "Config",
  "current-context": name,
  clusters: [{ name, cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name, user: { token: `token-of-${name}` } }],
  contexts: [{ name, context: { cluster: name, user: name } }],
});

const mesh: MeshConfig = {
  id: "mesh1",
  kubeconfig: "kubeconfig",
  istio: { version: "1.31.1", charts: { directory: "charts" } },
  clusters: {
    east: { network: "east", access: { context: "east" }, apiServer: { url: "https://east.example.org" } },
  },
};

/** A stack's file as a person writes it, which Pulumi would write otherwise. */
const settings = (config: MeshConfig, more = ""): string => `# Ours.\n${more}config:
    isthmus:mesh:   ${JSON.stringify(config)}   # in one line\n`;

/** Says a part's name, so that it counts as brought up; makes a secret, so that a passphrase matters. */
const otherProgram = `
const pulumi = require("@pulumi/pulumi");
exports.kubeconfigs = pulumi.secret(JSON.parse(process.env.KUBECONFIGS));
`;

/** Files by their paths, and what they hold. */
async function filesBelow(...directories: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const directory of directories) {
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      found[path] = await readFile(path, "utf8");
    }
  }
  return found;
}

describeEngine("what only looks", (tools) => {
  let directory: string;
  let project: string;
  let state: string;
  let variables: NodeJS.ProcessEnv;
  let temporary: string;
  const { TMPDIR } = process.env;

  const scratches = async (): Promise<string[]> =>
    (await readdir(temporary)).filter((name) => /^isthmus-(scratch|state)-/.test(name));

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-no-effect-"));
    project = join(directory, "project");
    state = join(directory, "state");
    // Of its own: others of this machine may be at work.
    temporary = join(directory, "tmp");
    await mkdir(temporary);
    process.env["TMPDIR"] = temporary;
    variables = {
      ...process.env,
      PATH: [tools().bin, process.env["PATH"]].join(delimiter),
      ...engineVariables(directory),
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      KUBECONFIGS: JSON.stringify({ west: kubeconfig("west") }),
    };
    delete variables["PULUMI_CONFIG_PASSPHRASE_FILE"];
    await linkInstalledPlugins(tools().plugins, join(directory, "home"));
    await makeProject(project, "isthmus", `module.exports = require(${JSON.stringify(programModule)});`);
    await makeProject(join(directory, "clusters"), "clusters", otherProgram);
    for (const chart of ["base", "istiod", "gateway"]) {
      await mkdir(join(project, "charts", chart), { recursive: true });
      await writeFile(
        join(project, "charts", chart, "Chart.yaml"),
        `apiVersion: v2\nname: ${chart}\nversion: 1.31.1\n`,
      );
    }
    await writeFile(join(project, "kubeconfig"), JSON.stringify(kubeconfig("east")));
  });

  beforeEach(async () => {
    await rm(state, { recursive: true, force: true });
    await mkdir(state);
  });

  after(async () => {
    if (TMPDIR === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
    else process.env["TMPDIR"] = TMPDIR;
    await rm(directory, { recursive: true });
  });

  async function makeProject(where: string, name: string, program: string): Promise<void> {
    await mkdir(where);
    await symlink(join(repository, "node_modules"), join(where, "node_modules"));
    await writeFile(join(where, "Pulumi.yaml"), stringify({ name, main: "index.js", runtime: programRuntime }));
    await writeFile(join(where, "package.json"), "{}");
    await writeFile(join(where, "index.js"), program);
  }

  async function deployment(stack: string, text: string, more: NodeJS.ProcessEnv = {}): Promise<MeshDeployment> {
    await writeFile(join(project, `Pulumi.${stack}.yaml`), text);
    return MeshDeployment.open({ project, stack, variables: { ...variables, ...more } });
  }

  /** Pulumi by itself, for what somebody else has done. */
  async function pulumi(where: string, ...args: readonly string[]): Promise<void> {
    await promisify(execFile)("pulumi", [...args, "--non-interactive"], { cwd: where, env: variables });
  }

  async function leavesAlone<T>(action: () => Promise<T>): Promise<T> {
    const files = await filesBelow(project, state);
    const result = await action();
    assert.deepEqual(await filesBelow(project, state), files);
    assert.deepEqual(await scratches(), [], "nothing is left in the temporary directory");
    return result;
  }

  async function refused(action: Promise<unknown>, words: RegExp): Promise<void> {
    await assert.rejects(action, (error: unknown) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, words);
      return true;
    });
  }

  it("makes no stack, in a backend that has none", async () => {
    const looked = await deployment("new", settings(mesh));
    const { stack, changes } = await leavesAlone(() => looked.preview());
    assert.equal(stack, "new");
    assert.ok((changes["create"] ?? 0) > 10, JSON.stringify(changes));
    assert.deepEqual(await readdir(state), []);
  });

  it("writes no salt into the file of a stack that is there, and keeps its form", async () => {
    await pulumi(project, "stack", "init", "old", "--no-select");
    const looked = await deployment("old", settings(mesh));
    await leavesAlone(() => looked.preview());
    const withProvider = await deployment("old", settings(mesh, "secretsprovider: passphrase\n"));
    await leavesAlone(() => withProvider.preview());
  });

  it("knows a wrong passphrase by the state's salt, and leaves the file fit for the right one", async () => {
    await pulumi(project, "stack", "init", "salt", "--no-select");
    const words = /passphrase of stack salt, found another/;
    const wrong = await deployment("salt", settings(mesh), { PULUMI_CONFIG_PASSPHRASE: "wrong" });
    await leavesAlone(() => refused(wrong.preview(), words));
    const options = { projectDirectory: project, stack: "salt", plan: wrong.plan, variables };
    const another = { ...options, variables: { ...variables, PULUMI_CONFIG_PASSPHRASE: "wrong" } };
    await leavesAlone(() => refused(destroy(another, new Map()), words));
    await destroy(options, new Map());
    const text = await readFile(join(project, "Pulumi.salt.yaml"), "utf8");
    assert.match(
      text.replace(settings(mesh), ""),
      /^encryptionsalt: v1:\S+\n$/,
      "one line is added, and all else kept",
    );
    await leavesAlone(() => refused(wrong.preview(), words));
  });

  it("refuses an empty passphrase, and makes nothing under one", async () => {
    const words = /^PULUMI_CONFIG_PASSPHRASE: expected the passphrase of stack \w+, found an empty one\./;
    const empty = await deployment("empty", settings(mesh), { PULUMI_CONFIG_PASSPHRASE: "" });
    await leavesAlone(() => refused(empty.preview(), words));
    const embedded = await MeshDeployment.open({
      configuration: mesh,
      directory: project,
      stack: "embedded",
      passphrase: "",
      secrets: { east: "x" },
      variables,
    });
    await leavesAlone(() => refused(embedded.preview(), words));
    await refused(embedded.up(), words);
    assert.deepEqual(
      (await filesBelow(state))[join(state, ".pulumi/stacks/isthmus/embedded.json")],
      undefined,
      "no stack was made",
    );
  });

  it("makes no stack for a mesh that a program embeds, with secrets of its own", async () => {
    const embedded = await MeshDeployment.open({
      configuration: {
        ...mesh,
        clusters: { east: { ...mesh.clusters["east"], network: "east", access: { kubeconfigSecret: "eastern" } } },
      },
      directory: project,
      stack: "embedded",
      secrets: { eastern: JSON.stringify(kubeconfig("east")) },
      variables,
    });
    const { changes } = await leavesAlone(() => embedded.preview());
    assert.ok((changes["create"] ?? 0) > 10, JSON.stringify(changes));
  });

  it("reads the kubeconfigs of another stack for one that is not there", async () => {
    await pulumi(join(directory, "clusters"), "stack", "init", "prod", "--no-select");
    await pulumi(join(directory, "clusters"), "up", "--yes", "--skip-preview", "--stack", "prod");
    const config: MeshConfig = {
      ...mesh,
      clusters: {
        west: {
          network: "west",
          access: { stack: "organization/clusters/prod", output: "kubeconfigs.west" },
          apiServer: { url: "https://west.example.org" },
        },
      },
    };
    const looked = await deployment("reader", settings(config));
    const { changes } = await leavesAlone(() => looked.preview());
    assert.ok((changes["create"] ?? 0) > 10, JSON.stringify(changes));
  });

  it("makes no stack for any part of a mesh in stacks per cluster", async () => {
    const looked = await deployment("parts", settings({ ...mesh, stacks: "per-cluster" }));
    const { changes } = await leavesAlone(() => looked.preview());
    assert.ok((changes["create"] ?? 0) > 10, JSON.stringify(changes));
  });

  it("makes no stack for a mesh whose update is refused", async () => {
    const config: MeshConfig = {
      ...mesh,
      clusters: { east: { ...mesh.clusters["east"], network: "east", access: { kubeconfigSecret: "eastern" } } },
    };
    const refusing = await deployment("refused", settings(config));
    const text = await readFile(join(project, "Pulumi.refused.yaml"), "utf8");
    await refused(refusing.up(), /kubeconfigSecret/);
    assert.equal(await readFile(join(project, "Pulumi.refused.yaml"), "utf8"), text);
    assert.deepEqual(
      Object.keys(await filesBelow(state)).filter((file) => file.includes("/stacks/")),
      [],
    );
  });
});
