import { spawn, type ChildProcess } from "node:child_process";

/** How a command ran. */
export interface CommandRun {
  readonly seconds: number;
  readonly stdout: string;
}

/** What a command is given beside its arguments. */
export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string;
  /** The exit code of a run that came to what it should. Default: 0. */
  readonly endsWith?: number;
  /** Called once the process runs: to watch its memory, for one. */
  readonly onStart?: (child: ChildProcess) => void;
}

const shownLines = 20;

/** Runs a command to its end and times it. Fails with the last lines of its output. */
export function run(command: readonly [string, ...string[]], options: CommandOptions): Promise<CommandRun> {
  const [program, ...args] = command;
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: options.env, cwd: options.cwd, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let all = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      all += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => (all += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = (performance.now() - startMs) / 1000;
      if (code === (options.endsWith ?? 0)) resolve({ seconds, stdout });
      else
        reject(
          new Error(
            `${command.join(" ")} ended with ${String(code)}:\n${all.split("\n").slice(-shownLines).join("\n")}`,
          ),
        );
    });
    options.onStart?.(child);
    child.stdin.end(options.stdin ?? "");
  });
}
