import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { StackProject } from "../../bench/stack-project";
import { planTools } from "../../lab/tools/plan";
import { refusingServer } from "../recorded/deployment";
import { readRecording, recordedStacks, recordedVersions, recordingPassphrase } from "../recorded/recordings";
import { readSteps, type Step } from "./support";
import { describeEngine, linkInstalledPlugins, type EngineTools } from "./tools";

const repository = resolve(__dirname, "../..");

/** A stack of today's program with the state that a release left. */
class TakenOverStack {
  private constructor(
    private readonly directory: string,
    private readonly project: StackProject,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async create(version: string, stack: string, tools: EngineTools): Promise<TakenOverStack> {
    const { mesh, kubeconfig, state } = readRecording(version, stack);
    const directory = mkdtempSync(join(tmpdir(), "isthmus-upgrade-"));
    const home = join(directory, "home");
    await linkInstalledPlugins(tools.plugins, home);
    mkdirSync(join(directory, "state"));
    const project = new StackProject(repository, join(directory, "project"), mesh);
    mkdirSync(join(project.directory, ".lab"));
    writeFileSync(join(project.directory, ".lab/kubeconfig"), kubeconfig);
    symlinkSync(planTools().toolbox().charts, join(project.directory, ".lab/charts"));
    writeFileSync(join(project.directory, "index.js"), program);
    const taken = new TakenOverStack(directory, project, {
      PATH: [dirname(process.execPath), tools.bin, "/usr/bin", "/bin"].join(delimiter),
      HOME: directory,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: recordingPassphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
    await project.initialise(taken.environment);
    const file = join(directory, "state.json");
    writeFileSync(file, JSON.stringify(state));
    await taken.run("stack", "import", "--file", file);
    return taken;
  }

  /** The steps that change anything. */
  async changes(): Promise<Step[]> {
    return readSteps(await this.run("preview", "--json")).filter(({ op }) => op !== "same");
  }

  /** The state with its secrets in plain text. */
  plainState(): Promise<string> {
    return this.run("stack", "export", "--show-secrets");
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true });
  }

  private async run(...args: string[]): Promise<string> {
    return (await this.project.pulumi(args, this.environment)).stdout;
  }
}

/**
 * Today's program, but for one setting: it lets the provider leave clusters alone that do not answer, which none does
 * here, and then nothing of theirs would be compared.
 */
const program = `
const pulumi = require("@pulumi/pulumi");
pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
  type === "pulumi:providers:kubernetes" ? { props: { ...props, skipUpdateUnreachable: false }, opts } : undefined,
);
module.exports = require(${JSON.stringify(join(repository, "index.ts"))});
`;

/** What today's program changes in a stack that a release left: in every cluster of the mesh the same. */
const updates: Readonly<Record<string, { readonly clusters: readonly string[]; readonly steps: readonly string[] }>> = {
  // The Service of the gateway was the release's and becomes a resource: it is adopted, as test/lab saw it, and Helm is
  // told to let it be. Its configuration becomes a component of its own: nothing of that is in a cluster.
  "0.1.0/dev": {
    clusters: ["east", "west"],
    steps: [
      "create CrossNetworkGateway mesh-CLUSTER-cross-network",
      "create Service mesh-CLUSTER-gateway-service",
      "update Namespace mesh-CLUSTER-system-namespace: metadata.annotations",
      "update Release mesh-CLUSTER-gateway-release: values.env, values.networkGateway, values.service",
      "update kubernetes CLUSTER: enablePatchForce, upsertExistingObjects",
    ],
  },
  "0.2.0/dev": { clusters: ["east", "west"], steps: keptByHelm() },
  "0.2.0/external-control-plane": { clusters: ["east", "west"], steps: keptByHelm() },
};

function keptByHelm(): readonly string[] {
  return ['update Service mesh-CLUSTER-gateway-service: metadata.annotations["helm.sh/resource-policy"]'];
}

/** A setting of the providers that the test itself makes another. */
const ours = "skipUpdateUnreachable";

/** What is planned, one line a resource, sorted. */
function summaries(steps: readonly Step[]): string[] {
  return steps
    .flatMap(({ op, type, name, diffReasons, detailedDiff }) => {
      const properties = Object.keys(detailedDiff).length > 0 ? Object.keys(detailedDiff) : diffReasons;
      const others = properties.filter((property) => property !== ours).sort();
      if (op === "update" && others.length === 0) return [];
      return [`${op} ${type.split(":").at(-1)} ${name}${others.length > 0 ? `: ${others.join(", ")}` : ""}`];
    })
    .sort();
}

describeEngine("a stack that an earlier release left", (tools) => {
  for (const version of recordedVersions()) {
    for (const name of recordedStacks(version)) {
      describe(`${version}, ${name}`, () => {
        let stack: TakenOverStack;

        before(async () => {
          stack = await TakenOverStack.create(version, name, tools());
        });
        after(() => stack.dispose());

        it("is taken over: nothing is deleted or replaced, and no more is updated than is known", async () => {
          const planned = await stack.changes();
          assert.deepEqual(
            planned.filter(({ op }) => !["create", "update"].includes(op)).map(({ op, name }) => `${op} ${name}`),
            [],
          );
          const { clusters, steps } = updates[`${version}/${name}`] ?? { clusters: [], steps: [] };
          const expected = clusters.flatMap((cluster) => steps.map((step) => step.replace("CLUSTER", cluster)));
          assert.deepEqual(summaries(planned), expected.sort());
        });

        it("is recorded without a token, a key or an address of a cluster", async () => {
          const texts = decodedTexts(JSON.parse(await stack.plainState())).join("\n");
          assert.match(texts, /PRIVATE KEY/, "the secrets are looked into");
          assert.doesNotMatch(texts, /eyJ[\w-]+\.[\w-]+\./);
          assert.doesNotMatch(texts, /client-key-data|client-certificate-data/);
          assert.deepEqual([...new Set(texts.match(/https:\/\/[^\s"',]+/g))], [refusingServer]);
        });
      });
    }
  }
});

/** Every text of a state, what is in its secrets too; what stands in base64, as Kubernetes has it, is decoded. */
function decodedTexts(value: unknown): string[] {
  if (typeof value === "string") return [value, Buffer.from(value, "base64").toString("latin1")];
  if (typeof value !== "object" || value === null) return [];
  if ("plaintext" in value) return decodedTexts(JSON.parse(String(value.plaintext)));
  return Object.values(value).flatMap(decodedTexts);
}
