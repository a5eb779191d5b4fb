import { spawn } from "node:child_process";

/** How a short program is run. */
export interface RunOptions {
  /** Written to its standard input. */
  readonly input?: string;
  /** Its whole environment. Default: this process's. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program that could not be run or said that it failed. */
class RunError extends Error {
  constructor(command: readonly string[], reason: string) {
    super(`${command.join(" ")}: ${reason}`);
    this.name = "RunError";
  }
}

/**
 * Runs a program to its end.
 * @returns what it wrote to standard output.
 * @throws RunError with what it wrote to standard error.
 */
export function run(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = command;
    const environment = options.environment === undefined ? {} : { env: { ...options.environment } };
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], ...environment });
    let output = "";
    let errors = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    child.on("error", (error) => reject(new RunError(command, error.message)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new RunError(command, errors.trim() || `ended with ${code === null ? signal : `code ${code}`}`));
    });
    // A program that ends without reading its input says why by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}
