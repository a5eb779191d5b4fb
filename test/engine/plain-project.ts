import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { killTree } from "../../engine/process/process-tree";
import { pollUntil } from "../../lab/wait";
import { engineVariables, linkInstalledPlugins, type EngineTools } from "./tools";

const repository = resolve(__dirname, "../..");

/** How a command of the CLI ended. */
export interface CommandEnd {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the CLI that is under way. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly end: Promise<CommandEnd>;
  /** Waits until it has said something. */
  said(words: RegExp): Promise<void>;
}

/** Makes `first`, says so, waits for the file that GATE names, and makes `second`. */
const program = `
const { existsSync, writeFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
module.exports = async () => {
  const { GATE } = process.env;
  const first = new pulumi.ComponentResource("test:index:Thing", "first");
  if (GATE) writeFileSync(GATE + ".reached", "");
  while (GATE && !existsSync(GATE)) await new Promise((resolve) => setTimeout(resolve, 20));
  new pulumi.ComponentResource("test:index:Thing", "second", {}, { parent: first });
  return { answer: 42, token: pulumi.secret("hidden") };
};
`;

/** A project of the smallest program, for what is to be seen of the CLI and its backend alone. */
export class PlainProject {
  readonly name = "plain";
  private readonly running = new Set<RunningCommand>();

  private constructor(
    readonly directory: string,
    /** All that the CLI gets. */
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** @param variables Say which backend. */
  static async create(tools: EngineTools, variables: Readonly<Record<string, string>>): Promise<PlainProject> {
    const directory = await mkdtemp(join(tmpdir(), "isthmus-plain-"));
    const project = new PlainProject(directory, {
      PATH: [dirname(process.execPath), tools.bin, "/usr/bin", "/bin"].join(delimiter),
      HOME: directory,
      ...engineVariables(directory),
      ...variables,
    });
    await linkInstalledPlugins(tools.plugins, join(directory, "home"));
    await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
    await writeFile(join(directory, "Pulumi.yaml"), `name: ${project.name}\nruntime: nodejs\nmain: index.js\n`);
    await writeFile(join(directory, "package.json"), "{}");
    await writeFile(join(directory, "index.js"), program);
    return project;
  }

  /** Runs a command to its end, whatever that is. */
  run(...args: readonly string[]): Promise<CommandEnd> {
    return this.start(args).end;
  }

  /** What a command wrote that is to succeed. */
  async output(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code ?? "a signal"}:\n${stdout}${stderr}`);
    return stdout;
  }

  start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): RunningCommand {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.directory,
      env: { ...this.environment, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const end = once(child, "close").then(([code]) => ({ code: (code as number | null) ?? undefined, stdout, stderr }));
    const said = (words: RegExp): Promise<void> =>
      new Promise((fulfil, reject) => {
        const look = (): void => {
          if (words.test(stdout) || words.test(stderr)) fulfil();
        };
        for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
        look();
        void end.then(() => reject(new Error(`never said ${String(words)}:\n${stdout}${stderr}`)));
      });
    const command = { child, end, said };
    this.running.add(command);
    void end.then(() => this.running.delete(command));
    return command;
  }

  /** Starts an update that waits, when it is half done, until its gate is opened. */
  async updateToGate(stack: string): Promise<RunningCommand & { openGate(): Promise<void> }> {
    const gate = join(this.directory, `gate-${randomUUID()}`);
    const update = this.start(["up", "--yes", "--skip-preview", "--stack", stack], { GATE: gate });
    const isReached = (): Promise<boolean> => Promise.resolve(existsSync(`${gate}.reached`));
    const failed = update.end.then(({ stdout, stderr }) => {
      throw new Error(`the update ended before its gate:\n${stdout}${stderr}`);
    });
    const reached = pollUntil(isReached, { what: "the update to reach its gate", timeoutMs: 120_000 });
    await Promise.race([failed, reached]);
    failed.catch(() => undefined);
    return { ...update, openGate: () => writeFile(gate, "") };
  }

  /**
   * Kills a command and all that it started. A program that outlives its engine would go on for ever: it tells of the pipe
   * that nobody reads any more by writing to it (Pulumi's SDK, cmd/run).
   */
  async kill({ child, end }: RunningCommand): Promise<void> {
    if (child.pid !== undefined) killTree(child.pid);
    await end;
  }

  /** Ends what is still under way, as a test that failed leaves it. */
  async dispose(): Promise<void> {
    for (const command of this.running) await this.kill(command);
    await rm(this.directory, { recursive: true });
  }
}
