import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { labEnvironment, labPaths } from "../../lab";
import { linkLanguageHost } from "../../lab/language-host";
import { linkStandIns, pluginSetting, presentPlugins } from "../../lab/plugins";
import { planTools } from "../../lab/tools/plan";
import type { MeshConfig } from "../../topology";
import { linkInstalledPlugins } from "../engine/tools";
import { blockWith } from "../package/code-blocks";
import { packedPackage, run, runWell, type Ran } from "../package/packed";
import { isthmus, repository } from "../support/isthmus";
import { describeInTurn } from "./turns";

/** The clusters of the documentation, and those of the lab that stand for them. */
const standing = { "gke-frankfurt": "lab-east", "eks-dublin": "lab-west" } as const;

interface Kubeconfig {
  readonly contexts: readonly { readonly name: string; readonly context: object }[];
}

describeInTurn("package", "the npm package on the lab", function () {
  this.timeout(15 * 60_000);
  const { kubeconfig, charts } = labPaths();
  let directory: string;
  let home: string;
  let istio: MeshConfig["istio"];

  before(async () => {
    const lab = await isthmus("lab", "up");
    assert.equal(lab.code, 0, lab.stderr);
    directory = join((await packedPackage()).project, "on-the-lab");
    await mkdir(directory);
    home = await mkdtemp(join(tmpdir(), "isthmus-package-lab-"));
    await mkdir(join(home, "state"));
    const toolbox = planTools().toolbox();
    const plugins = await presentPlugins(toolbox, pluginSetting());
    await linkInstalledPlugins(plugins, join(home, "pulumi"));
    // The lab's own directory is for the checkout: its language host may know of tsx.
    await linkLanguageHost(toolbox.bin, join(home, "bin"), ["-typescript=false"]);
    await linkStandIns(plugins, toolbox, join(home, "bin"));

    const clusters = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
    const contexts = Object.entries(standing).map(([name, inLab]) => ({
      ...clusters.contexts.find((one) => one.name === inLab),
      name,
    }));
    await writeFile(join(home, "kubeconfig"), stringify({ ...clusters, contexts }));
    const dev = parse(await readFile(join(repository, "Pulumi.dev.yaml"), "utf8")) as {
      config: { "isthmus:mesh": MeshConfig };
    };
    istio = { ...dev.config["isthmus:mesh"].istio, charts: { directory: charts } };
  });
  after(async () => {
    await rm(home, { recursive: true, force: true });
  });

  const variables = (): Record<string, string> => ({
    ...labEnvironment(),
    PATH: [join(home, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    KUBECONFIG: join(home, "kubeconfig"),
    PULUMI_HOME: join(home, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
  });

  it("brings a mesh up and down by the README's lines, with the charts that the lab has", async () => {
    const lines = blockWith("README.md", "ts", "MeshDeployment");
    const istioOfReadme = 'istio: { version: "1.31.1" }';
    assert.ok(lines.includes(istioOfReadme));
    const text = lines.replace(istioOfReadme, `istio: ${JSON.stringify(istio)}`);
    await writeFile(join(directory, "up.mjs"), text);
    const up = await run(directory, ["node", "up.mjs"], variables());
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.match(up.stdout, /^[\d.]+ operation-ended\n([0-9A-F]{2}:){31}[0-9A-F]{2}\n$/m);

    const down = text
      .replace("const { outputs } = await mesh.up(", "await mesh.destroy(")
      .replace(/^.*outputs\.mesh.*$/m, "");
    await writeFile(join(directory, "down.mjs"), down);
    await runWell(directory, ["node", "down.mjs"], variables());
  });

  it("makes a mesh of clusters whose kubeconfigs are outputs, and waits for their gateways' addresses", async () => {
    const files = {
      "Pulumi.yaml": stringify({ name: "own", runtime: { name: "nodejs", options: { typescript: false } } }),
      "package.json": "{}",
      "index.js": `
        const { readFileSync } = require("node:fs");
        const pulumi = require("@pulumi/pulumi");
        const tls = require("@pulumi/tls");
        const { Mesh, meshCluster, planProgramMesh } = require("isthmus/components");
        const made = new tls.PrivateKey("made", { algorithm: "ED25519" });
        const kubeconfig = pulumi.secret(made.id.apply(() => readFileSync(process.env.KUBECONFIG, "utf8")));
        const plan = planProgramMesh({
          id: "mesh1",
          istio: ${JSON.stringify(istio)},
          clusters: { frankfurt: { network: "frankfurt" }, dublin: { network: "dublin" } },
        });
        const clusters = {
          frankfurt: meshCluster("frankfurt", { kubeconfig, context: "gke-frankfurt" }),
          dublin: meshCluster("dublin", { kubeconfig, context: "eks-dublin" }),
        };
        const mesh = new Mesh("mesh", { plan, clusters });
        exports.gateways = Object.values(mesh.clusters).map(({ eastWest }) => eastWest.addresses);`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    const pulumi = (...args: string[]): Promise<Ran> =>
      run(directory, ["pulumi", ...args, "--stack", "own", "--non-interactive", "--color", "never"], variables());
    assert.equal((await pulumi("stack", "init")).code, 0);
    const up = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    const { gateways } = JSON.parse((await pulumi("stack", "output", "--json")).stdout) as { gateways: string[][] };
    assert.deepEqual(
      gateways.map((addresses) => addresses.map((address) => /^(\d+\.){3}\d+$/.test(address))),
      [[true], [true]],
    );
    const again = JSON.parse((await pulumi("preview", "--json")).stdout) as { changeSummary: Record<string, number> };
    assert.deepEqual(Object.keys(again.changeSummary), ["same"]);
    const destroy = await pulumi("destroy", "--yes", "--skip-preview");
    assert.equal(destroy.code, 0, destroy.stdout + destroy.stderr);
  });
});
