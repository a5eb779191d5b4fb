import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { describeFailure } from "./registries";
import { ToolError } from "./tool-error";

/** How a command is run. */
export interface CommandOptions {
  readonly directory?: string;
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with every line of standard error while the command runs. */
  readonly onErrorLine?: (line: string) => void;
  /** A command that takes longer is ended. Default: none. */
  readonly timeoutMs?: number;
  /** What to do when it fails, unless a registry is at fault. */
  readonly fix?: string;
}

/** What a command that succeeded wrote. */
export interface CommandOutput {
  readonly output: string;
  readonly errors: string;
}

/** An error shows this many of the last lines that the command wrote. */
const shownLines = 20;
/** Of a long command's lines this many are kept. */
const keptLines = 400;

/** Where it exists, it makes the kernel end the command when this process is killed, so that no orphan builds on. */
const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));

/** Commands that were started within `cancelOnFailure` end with it. */
const cancellation = new AsyncLocalStorage<AbortSignal>();

/**
 * Runs actions side by side. When one fails, the others' commands are ended, and its error is thrown once all have.
 * @param signal ends all their commands.
 */
export async function cancelOnFailure(
  actions: readonly (() => Promise<unknown>)[],
  signal?: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const ending = signal === undefined ? failure.signal : AbortSignal.any([failure.signal, signal]);
  const errors: unknown[] = [];
  const run = async (action: () => Promise<unknown>) => {
    try {
      await cancellation.run(ending, action);
    } catch (error) {
      errors.push(error);
      failure.abort();
    }
  };
  await Promise.all(actions.map(run));
  signal?.throwIfAborted();
  if (errors.length > 0) throw errors[0];
}

/**
 * Runs a command to its end.
 * @throws ToolError with its last lines when it cannot be started or fails.
 */
export function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  const [program] = command;
  const guarded = setpriv === undefined ? command : ([setpriv, "--pdeathsig", "TERM", "--", ...command] as const);
  const signal = cancellation.getStore();
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(guarded[0], guarded.slice(1), {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.environment },
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
      ...(signal === undefined ? {} : { signal }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    const chunks: Buffer[] = [];
    const errors: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    createInterface({ input: child.stderr }).on("line", (line) => {
      errors.push(line);
      if (errors.length > keptLines) errors.shift();
      options.onErrorLine?.(line);
    });
    const fail = (reason: string) => {
      const output = Buffer.concat(chunks).toString();
      const lines = [...output.split("\n"), ...errors].map((line) => line.trimEnd()).filter((line) => line !== "");
      const fix = describeFailure(program, lines) ?? options.fix ?? "Mend what the lines say and run it again.";
      reject(new ToolError(`${command.join(" ")} ${reason}`, fix, lines.slice(-shownLines)));
    };
    child.on("error", (error) => fail(`could not be run: ${error.message}`));
    child.on("close", (code, ending) => {
      if (code === 0) resolve({ output: Buffer.concat(chunks).toString(), errors: errors.join("\n") });
      else fail(code === null ? `was ended by ${ending}` : `ended with code ${code}`);
    });
  });
}
