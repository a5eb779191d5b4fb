import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { labEnvironment, labPaths } from "../../lab";
import { repository } from "../support/isthmus";
import { allPairs, kubectl, LabStack, leftIn, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const execute = promisify(execFile);

const stack = new WrittenStack("test-sources");

/** Exports the kubeconfig that it is given, as a stack that makes clusters would. */
const clustersProgram = `
const pulumi = require("@pulumi/pulumi");
exports.kubeconfigs = { west: pulumi.secret(process.env.WEST_KUBECONFIG) };
`;

/** Real clusters whose kubeconfigs stand in no file: a secret of the configuration, and an output of another stack. */
describeInTurn("kubeconfigs", "kubeconfigs from elsewhere, on the lab", function () {
  this.timeout(10 * 60_000);
  let savedVariables: NodeJS.ProcessEnv;
  let clustersProject: string;
  let kubeconfigs: Readonly<Record<string, string>>;

  before(async () => {
    await new LabStack("dev").labUp();
    savedVariables = { ...process.env };
    // A stack of such kubeconfigs is none of the lab's by itself: what .lab/env sets, the user sets.
    Object.assign(process.env, labEnvironment());
    const flat = ["config", "view", "--minify", "--flatten"];
    kubeconfigs = { east: await kubectl("east", ...flat), west: await kubectl("west", ...flat) };
    clustersProject = await mkdtemp(join(tmpdir(), "isthmus-lab-clusters-"));
    await symlink(join(repository, "node_modules"), join(clustersProject, "node_modules"));
    await writeFile(join(clustersProject, "Pulumi.yaml"), "name: clusters\nruntime: nodejs\nmain: index.js\n");
    await writeFile(join(clustersProject, "package.json"), "{}");
    await writeFile(join(clustersProject, "index.js"), clustersProgram);
  });

  after(async () => {
    stack.remove();
    await rm(clustersProject, { recursive: true });
    process.env = savedVariables;
  });

  it("are taken from a secret, and from a stack of another project", async () => {
    process.env["WEST_KUBECONFIG"] = kubeconfigs["west"];
    const workspace = await LocalWorkspace.create({ workDir: clustersProject });
    await (await Stack.createOrSelect("lab", workspace)).up({ color: "never" });
    delete process.env["WEST_KUBECONFIG"];

    stack.write({
      clusters: {
        east: { network: "east", access: { kubeconfigSecret: "kubeconfigs.east" } },
        west: { network: "west", access: { stack: "organization/clusters/lab", output: "kubeconfigs.west" } },
      },
    });
    const pulumi = (...args: string[]): ReturnType<typeof execute> =>
      execute("pulumi", [...args, "--stack", stack.name, "--non-interactive"], { cwd: repository });
    await pulumi("stack", "init");
    await pulumi("config", "set", "--secret", "--path", "isthmus:kubeconfigs.east", kubeconfigs["east"] ?? "");

    const { outputs } = await stack.up();
    assert.deepEqual(Object.keys(outputs.clusters).sort(), ["east", "west"]);
    await stack.settled();
  });

  it("are in nothing that Pulumi keeps, as they are", assertNowhere);

  it("serve the other verbs too", async () => {
    assert.deepEqual(await stack.verified(), allPairs(["east", "west"]));
    await stack.destroy();
    for (const cluster of ["east", "west"]) assert.deepEqual(await leftIn(cluster), [], cluster);
  });

  /** Looks for the kubeconfigs' keys in all that Pulumi keeps. */
  async function assertNowhere(): Promise<void> {
    const entries = await readdir(labPaths().pulumi, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    assert.ok(files.some((file) => file.includes(stack.name)));
    for (const [cluster, text] of Object.entries(kubeconfigs)) {
      const { users } = parse(text) as { users: { user: Record<string, string> }[] };
      const key = users[0]?.user["client-key-data"] ?? assert.fail("a user with a key");
      const line = Buffer.from(key, "base64").toString().split("\n")[1] ?? assert.fail("a key");
      for (const file of [...files, join(repository, `Pulumi.${stack.name}.yaml`)]) {
        const content = await readFile(file, "latin1");
        assert.ok(!content.includes(key) && !content.includes(line), `${cluster}'s key is in ${file}`);
      }
    }
  }
});
