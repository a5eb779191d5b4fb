import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { killTree } from "../../engine/process/process-tree";
import { pollUntil, TimeoutError } from "../../lab/wait";
import { engineVariables, linkInstalledPlugins, type EngineTools } from "./tools";

const repository = resolve(__dirname, "../..");
const stackName = "test";
const projectName = "engine-test";
const stackOptions = ["--stack", stackName, "--non-interactive", "--color", "never"];

/** One step that the engine plans. */
export interface Step {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** Properties that differ. */
  readonly diffReasons: readonly string[];
  /** Properties because of which it is replaced. */
  readonly replaceReasons: readonly string[];
  readonly detailedDiff: Readonly<Record<string, { readonly kind: string; readonly inputDiff: boolean }>>;
}

/** A resource as it stands in the exported state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}

/** The part of an exported state that the tests look at; an empty state has no resources at all. */
interface Deployment {
  readonly deployment: { readonly resources?: StateResource[] };
}

/** A command of the Pulumi CLI that failed, with all that it said. */
export class PulumiError extends Error {
  constructor(
    args: readonly string[],
    readonly output: string,
  ) {
    super(`pulumi ${args.join(" ")} failed:\n${output}`);
    this.name = "PulumiError";
  }
}

/**
 * A stack of one of the programs beside this file, run by the real Pulumi CLI, engine, language host and provider
 * plugins. The state lies in a directory of its own under a random passphrase; nothing outside of that directory is
 * written, and nothing is downloaded.
 */
export class EngineStack {
  private constructor(
    private readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** @param program name of a file in programs/: its default export gets the input and returns the stack's outputs. */
  static async create(program: string, tools: EngineTools): Promise<EngineStack> {
    const directory = await mkdtemp(join(tmpdir(), "isthmus-engine-"));
    const stack = new EngineStack(directory, {
      PATH: [dirname(process.execPath), tools.bin, "/usr/bin", "/bin"].join(delimiter),
      HOME: directory,
      ...engineVariables(directory),
      PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64url"),
    });
    await mkdir(join(directory, "state"));
    await mkdir(stack.project);
    await linkInstalledPlugins(tools.plugins, join(directory, "home"));
    await symlink(join(repository, "node_modules"), join(stack.project, "node_modules"));
    await writeFile(join(stack.project, "Pulumi.yaml"), stringify(projectFile));
    await writeFile(join(stack.project, "package.json"), JSON.stringify({ name: projectName, private: true }));
    await writeFile(join(stack.project, "index.js"), entryFile(join(__dirname, "programs", program)));
    await stack.run("stack", "init");
    return stack;
  }

  private get project(): string {
    return join(this.directory, "project");
  }

  /** Sets the program's input, and other configuration by its full keys. It stands in the stack's file, in plain text. */
  async configure(input: unknown, others: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const file = join(this.project, `Pulumi.${stackName}.yaml`);
    const content = parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, stringify({ ...content, config: { [`${projectName}:input`]: input, ...others } }));
  }

  /** The steps that an update would take, the stack itself and its providers aside. */
  async preview(...options: string[]): Promise<Step[]> {
    return readSteps(await this.previewText(...options)).filter(({ type }) => !type.startsWith("pulumi:"));
  }

  /** What the CLI writes about a preview: a JSON document. */
  async previewText(...options: string[]): Promise<string> {
    return (await this.run("preview", "--json", ...options)).stdout;
  }

  /** Updates; returns what the CLI said. */
  async up(...options: string[]): Promise<string> {
    const { stdout, stderr } = await this.run("up", "--yes", "--skip-preview", "--suppress-outputs", ...options);
    return stdout + stderr;
  }

  /** Starts an update and kills the CLI with all that it started, as nothing can forestall, as soon as what it says matches. */
  async upUntilKilled(when: RegExp): Promise<void> {
    const args = ["up", "--yes", "--skip-preview", ...stackOptions];
    const child = spawn("pulumi", args, {
      cwd: this.project,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const killed = new Promise<void>((fulfil, reject) => {
      child.once("error", reject);
      child.once("exit", (_code, signal) => {
        if (signal === "SIGKILL") fulfil();
        else reject(new PulumiError(args, output));
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        output += data.toString();
        if (when.test(output) && child.pid !== undefined) killTree(child.pid);
      });
    }
    await killed;
  }

  /** Refreshes the state. */
  async refresh(): Promise<void> {
    await this.run("refresh", "--yes", "--skip-preview");
  }

  /** Destroys all resources. */
  async destroy(): Promise<void> {
    await this.run("destroy", "--yes", "--skip-preview");
  }

  /** The stack's outputs, secrets included. */
  async outputs<Outputs>(): Promise<Outputs> {
    const { stdout } = await this.run("stack", "output", "--json", "--show-secrets");
    return JSON.parse(stdout) as Outputs;
  }

  /** The resources in the state; secrets are encrypted in them. */
  async resources(): Promise<StateResource[]> {
    return (await this.export()).deployment.resources ?? [];
  }

  /** Changes the state as if time had passed or a hand had slipped. */
  async edit(change: (resources: StateResource[]) => void): Promise<void> {
    const state = await this.export();
    change(state.deployment.resources ?? []);
    const file = join(this.directory, "edited.json");
    await writeFile(file, JSON.stringify(state));
    await this.run("stack", "import", "--file", file);
  }

  /** Every file that belongs to the stack: state, backups, history, configuration. */
  async files(): Promise<Map<string, string>> {
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, "latin1")] as const)));
  }

  /** Removes the directory. Throws if a process of the stack's survived its command, and ends it. */
  async dispose(): Promise<void> {
    await pollUntil(() => Promise.resolve(this.processes().size === 0), {
      what: "the stack's processes to end",
      timeoutMs: 5_000,
    }).catch((error: unknown) => {
      if (!(error instanceof TimeoutError)) throw error;
    });
    const left = await this.abandon();
    if (left.length > 0) throw new Error(`left running: ${left.join("; ")}`);
  }

  /** Ends what is left of a killed command, and removes the directory. */
  async abandon(): Promise<string[]> {
    const left = this.processes();
    for (const pid of left.keys()) process.kill(pid, "SIGKILL");
    await rm(this.directory, { recursive: true, force: true });
    return [...left.values()];
  }

  /** Processes whose environment is this stack's: it names a directory that no other has. */
  processes(): Map<number, string> {
    const mark = `PULUMI_HOME=${join(this.directory, "home")}\0`;
    const found = new Map<number, string>();
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      if (!`${readProcess(name, "environ")}\0`.includes(mark)) continue;
      const command = readProcess(name, "cmdline").replaceAll("\0", " ");
      if (command !== "") found.set(Number(name), command);
    }
    return found;
  }

  private async export(): Promise<Deployment> {
    const { stdout } = await this.run("stack", "export");
    return JSON.parse(stdout) as Deployment;
  }

  private run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return new Promise((fulfil, reject) => {
      const options = { cwd: this.project, env: this.environment, maxBuffer: 256 << 20 };
      execFile("pulumi", [...args, ...stackOptions], options, (error, stdout, stderr) => {
        if (error) reject(new PulumiError(args, stdout + stderr));
        else fulfil({ stdout, stderr });
      });
    });
  }
}

/** A step as `pulumi preview --json` writes it. */
interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly diffReasons?: string[] | null;
  readonly replaceReasons?: string[] | null;
  readonly detailedDiff?: Step["detailedDiff"] | null;
}

/** The steps in what the CLI writes about a preview, the stack itself and its providers among them. */
export function readSteps(previewText: string): Step[] {
  return (JSON.parse(previewText) as { readonly steps: readonly PreviewStep[] }).steps.map(readStep);
}

function readStep({ op, urn, diffReasons, replaceReasons, detailedDiff }: PreviewStep): Step {
  const [, , types = "", name = ""] = urn.split("::");
  return {
    op,
    type: types.split("$").at(-1) ?? "",
    name,
    diffReasons: diffReasons ?? [],
    replaceReasons: replaceReasons ?? [],
    detailedDiff: detailedDiff ?? {},
  };
}

const projectFile = {
  name: projectName,
  main: "index.js",
  // As the project's own Pulumi.yaml.
  runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--require tsx/cjs" } },
};

function entryFile(program: string): string {
  return `const { Config } = require("@pulumi/pulumi");
const program = require(${JSON.stringify(program)});
module.exports = async () => program.default(new Config().requireObject("input"));
`;
}

/** What the kernel tells about a process; empty for one that has ended or is another user's. */
function readProcess(pid: string, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["EACCES", "ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
