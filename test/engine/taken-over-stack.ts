import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { StackProject } from "../../bench/stack-project";
import { planTools } from "../../lab/tools/plan";
import type { MeshConfig } from "../../topology";
import { readRecording, recordingPassphrase, recordingStack } from "../recorded/recordings";
import { programModule } from "../support/program";
import { PulumiError, readSteps, type Step } from "./support";
import { engineVariables, linkInstalledPlugins, type EngineTools } from "./tools";

const repository = resolve(__dirname, "../..");

/** A stack of today's program with the state that a release left. */
export class TakenOverStack {
  private constructor(
    private readonly directory: string,
    private readonly project: StackProject,
    /** What Pulumi runs with: a backend and a home of its own. */
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** @param change What the mesh has become since it was recorded. Default: nothing else. */
  static async create(
    version: string,
    stack: string,
    tools: EngineTools,
    change: (mesh: MeshConfig) => MeshConfig = (mesh) => mesh,
  ): Promise<TakenOverStack> {
    const { mesh: recorded, kubeconfig, state } = readRecording(version, stack);
    const mesh = change(recorded);
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
      ...engineVariables(directory),
      PULUMI_CONFIG_PASSPHRASE: recordingPassphrase,
    });
    await project.initialise(taken.environment);
    const file = join(directory, "state.json");
    writeFileSync(file, JSON.stringify(state));
    await taken.run("stack", "import", "--file", file);
    return taken;
  }

  /** Where the project is. */
  get projectDirectory(): string {
    return this.project.directory;
  }

  /** What a preview says, for people. Rejects with it when it fails. */
  preview(...options: string[]): Promise<string> {
    return this.run("preview", ...options);
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

  private run(...args: string[]): Promise<string> {
    const command = ["--non-interactive", "--color", "never", "--stack", recordingStack, ...args];
    const options = { cwd: this.project.directory, env: this.environment, maxBuffer: 256 << 20 };
    return new Promise((fulfil, reject) => {
      execFile("pulumi", command, options, (error, stdout, stderr) => {
        if (error) reject(new PulumiError(args, stdout + stderr));
        else fulfil(stdout);
      });
    });
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
module.exports = require(${JSON.stringify(programModule)});
`;
