import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { formatProblem, type MeshConfig } from "../../topology";
import { preview, resolveClusters, up, type StackOptions } from "../../operations/stack";
import { planOf } from "../support/plans";
import { programModule, programRuntime } from "../support/program";
import { describeEngine, engineVariables, linkInstalledPlugins } from "./tools";

const repository = resolve(__dirname, "../..");

/** A cluster whose API server refuses connections. */
function kubeconfigOf(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name, user: { token: tokenOf(name) } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

const tokenOf = (name: string): string => `token-of-${name}`;

/** The stack that has the clusters: kubeconfigs among its outputs, as text and as mappings. */
const clustersProgram = `
const pulumi = require("@pulumi/pulumi");
const kubeconfigs = JSON.parse(process.env.KUBECONFIGS);
module.exports = {
  kubeconfigs: { west: pulumi.secret(JSON.stringify(kubeconfigs.west)), north: pulumi.secret(kubeconfigs.north) },
  region: "eu-west-1",
};
`;

type Access = MeshConfig["clusters"][string]["access"];

describeEngine("kubeconfigs that stand in no file", (tools) => {
  let directory: string;
  let savedVariables: NodeJS.ProcessEnv;
  let output: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-sources-"));
    savedVariables = { ...process.env };
    Object.assign(process.env, {
      PATH: [tools().bin, process.env["PATH"]].join(delimiter),
      ...engineVariables(directory),
      KUBECONFIGS: JSON.stringify({ west: kubeconfigOf("west"), north: kubeconfigOf("north") }),
    });
    delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    await linkInstalledPlugins(tools().plugins, join(directory, "home"));
    await mkdir(join(directory, "state"));
    await makeProject("clusters", { main: "index.js" }, clustersProgram);
    await makeProject(
      "mesh",
      { main: "index.js", options: programRuntime.options },
      `module.exports = require(${JSON.stringify(programModule)});`,
    );
    for (const chart of ["base", "istiod", "gateway"]) {
      await mkdir(join(directory, "mesh/charts", chart), { recursive: true });
      await writeFile(
        join(directory, "mesh/charts", chart, "Chart.yaml"),
        `apiVersion: v2\nname: ${chart}\nversion: 1.31.1\n`,
      );
    }
    await (await stackOf("clusters", "prod")).up({ color: "never" });
    const stack = await stackOf("mesh", "test");
    await stack.setConfig("isthmus:eastKubeconfig", { value: JSON.stringify(kubeconfigOf("east")), secret: true });
    await stack.setConfig("isthmus:kubeconfigs.south", { value: stringify(kubeconfigOf("south")), secret: true }, true);
    await stack.setConfig("isthmus:plainKubeconfig", { value: JSON.stringify(kubeconfigOf("plain")) });
  });

  beforeEach(() => {
    output = "";
    process.env["PULUMI_CONFIG_PASSPHRASE"] = "of no worth";
  });

  after(async () => {
    process.env = savedVariables;
    await rm(directory, { recursive: true });
  });

  async function makeProject(name: string, runtime: object, program: string): Promise<void> {
    const project = join(directory, name);
    const { main, ...rest } = runtime as { main: string };
    await mkdir(project);
    await symlink(join(repository, "node_modules"), join(project, "node_modules"));
    await writeFile(join(project, "Pulumi.yaml"), stringify({ name, main, runtime: { name: "nodejs", ...rest } }));
    await writeFile(join(project, "package.json"), "{}");
    await writeFile(join(project, main), program);
  }

  const stackOf = async (project: string, name: string): Promise<Stack> =>
    Stack.createOrSelect(name, await LocalWorkspace.create({ workDir: join(directory, project) }));

  /** A mesh of clusters by how they are reached, in the stack's file and as operations get it. */
  async function meshOf(accesses: Readonly<Record<string, Access>>, stack = "test"): Promise<StackOptions> {
    const mesh: MeshConfig = {
      id: "mesh1",
      istio: { version: "1.31.1", charts: { directory: "charts" } },
      clusters: Object.fromEntries(
        Object.entries(accesses).map(([name, access]) => [
          name,
          { network: name, access, apiServer: { url: `https://${name}.example.org:6443` } },
        ]),
      ),
    };
    const file = join(directory, "mesh", `Pulumi.${stack}.yaml`);
    const { config, ...rest } = parse(await readFile(file, "utf8").catch(() => "config: {}")) as { config: object };
    await writeFile(file, stringify({ ...rest, config: { ...config, "isthmus:mesh": mesh } }));
    return {
      projectDirectory: join(directory, "mesh"),
      stack,
      plan: planOf(mesh),
      onOutput: (text) => void (output += text),
    };
  }

  /** What `pulumi up` by itself says that is wrong, in the program's words; nothing is to be made by it. */
  async function refusalOfProgram(): Promise<string> {
    const stack = await stackOf("mesh", "test");
    await assert.rejects(stack.up({ color: "never", onOutput: (text) => void (output += text) }));
    const { deployment } = (await stack.exportStack()) as { deployment: { resources?: { type: string }[] } };
    const made = (deployment.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:"));
    assert.deepEqual(made, [], "nothing was made");
    return output;
  }

  const everywhere: Readonly<Record<string, Access>> = {
    east: { kubeconfigSecret: "eastKubeconfig" },
    north: { stack: "organization/clusters/prod", output: "kubeconfigs.north", context: "north" },
    south: { kubeconfigSecret: "kubeconfigs.south" },
    west: { stack: "organization/clusters/prod", output: "kubeconfigs.west" },
  };

  const paths = [
    "isthmus:mesh.clusters.east.access.kubeconfigSecret",
    "isthmus:mesh.clusters.north.access.output",
    "isthmus:mesh.clusters.south.access.kubeconfigSecret",
    "isthmus:mesh.clusters.west.access.output",
  ];

  it("are found by operations", async () => {
    const { clusters, problems } = await resolveClusters(await meshOf(everywhere));
    assert.deepEqual(problems, []);
    assert.deepEqual([...clusters.keys()].sort(), ["east", "north", "south", "west"]);
    for (const [name, { kubeconfig }] of clusters) assert.match(kubeconfig, new RegExp(tokenOf(name)));
  });

  it("are found where every cluster has a stack of its own, by the configuration that all of them share", async () => {
    await stackOf("mesh", "split.trust");
    await rm(join(directory, "mesh/Pulumi.split.trust.yaml"));
    await copyFile(join(directory, "mesh/Pulumi.test.yaml"), join(directory, "mesh/Pulumi.split.yaml"));
    const options = await meshOf(everywhere, "split");
    const plan = { ...options.plan, stacks: "per-cluster" as const };
    const { clusters, problems } = await resolveClusters({ ...options, plan });
    assert.deepEqual(problems, []);
    assert.deepEqual([...clusters.keys()].sort(), ["east", "north", "south", "west"]);
    await assert.rejects(
      resolveClusters({ ...options, plan, stack: "nowhere" }),
      /^ConfigurationError: stack nowhere\.trust: expected a stack of this backend, to decrypt its configuration, found none of that name\. .* `isthmus up --stack nowhere`\.$/,
    );
  });

  it("are found by the program: its preview has the whole mesh", async () => {
    const { changes } = await preview(await meshOf(everywhere));
    assert.ok((changes["create"] ?? 0) > 20, JSON.stringify(changes));
    for (const path of paths) assert.ok(output.includes(`${path}: expected an answer from 127.0.0.1:1`), path);
  });

  it("lead to the same clusters before an update, in operations and in the program", async () => {
    const options = await meshOf(everywhere);
    await assert.rejects(up(options), (error: unknown) => {
      const problems = (error as { problems: { path: string }[] }).problems;
      assert.deepEqual(problems.map(({ path }) => path).sort(), paths);
      assert.ok(!String(error).includes("token-of-"));
      return true;
    });
    const said = await refusalOfProgram();
    for (const path of paths) assert.ok(said.includes(path), path);
  });

  it("are missed where they are not, with one problem each, in operations and in the program", async () => {
    const options = await meshOf({
      a: { kubeconfigSecret: "westKubeconfig" },
      b: { kubeconfigSecret: "plainKubeconfig" },
      c: { kubeconfigSecret: "kubeconfigs.soth" },
      d: { stack: "organization/clusters/pord", output: "kubeconfigs.west" },
      e: { stack: "organization/clusters/prod", output: "kubeconfig.west" },
      f: { stack: "organization/clusters/prod", output: "region" },
      g: { stack: "absent", output: "kubeconfig" },
    });
    const problems = (await resolveClusters(options)).problems;
    const clusters = "isthmus:mesh.clusters";
    assert.deepEqual(
      problems.map(({ path, found }) => `${path} ${found}`),
      [
        `${clusters}.a.access.kubeconfigSecret nothing`,
        `${clusters}.b.access.kubeconfigSecret it in plain text`,
        `${clusters}.c.access.kubeconfigSecret no \`soth\``,
        `${clusters}.d.access.stack none of the name organization/clusters/pord`,
        `${clusters}.e.access.output no \`kubeconfig\``,
        `${clusters}.f.access.output the output region of stack organization/clusters/prod, which holds no mapping`,
        `${clusters}.g.access.stack none of the name absent`,
      ],
    );
    const said = await refusalOfProgram();
    for (const problem of problems) assert.ok(said.includes(formatProblem(problem)), formatProblem(problem));
  });

  it("cannot be had from a stack that is encrypted otherwise", async () => {
    process.env["PULUMI_CONFIG_PASSPHRASE"] = "another";
    await (await stackOf("clusters", "foreign")).up({ color: "never" });
    process.env["PULUMI_CONFIG_PASSPHRASE"] = "of no worth";
    const options = await meshOf({ west: { stack: "organization/clusters/foreign", output: "kubeconfigs.west" } });
    assert.match((await resolveClusters(options)).problems.map(formatProblem).join("\n"), /passphrase/);
    assert.match(
      await refusalOfProgram(),
      /clusters\.west\.access\.output: .* or a secret that cannot be decrypted here/,
    );
  });

  it("are in no file in plain text, and in nothing that was said", async () => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"));
    assert.ok(files.length > 10);
    for (const { parentPath, name } of files) {
      const text = await readFile(join(parentPath, name), "latin1");
      for (const cluster of ["east", "north", "south", "west"]) {
        assert.ok(!text.includes(tokenOf(cluster)), `${join(parentPath, name)} has the token of ${cluster}`);
      }
    }
  });

  afterEach(() => {
    assert.ok(!/token-of-(east|north|south|west)/.test(output), "Pulumi or the program said a token");
  });
});
