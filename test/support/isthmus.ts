import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { build } from "./build";

/** The project's directory. */
export const repository = resolve(__dirname, "../..");

/** What a run of the command line came to. */
export interface Run {
  /** The exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that is under way. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly finished: Promise<Run>;
  /** Waits until it has said something on standard error. */
  said(words: RegExp): Promise<void>;
}

/** Verbs that are the checkout's alone. */
const ofCheckout = ["demo", "lab"];

/** Starts `isthmus`, as a shell would, in a process group of its own. */
export function startIsthmus(...args: string[]): RunningCommand {
  const root = ofCheckout.includes(args[0] ?? "") ? repository : (build ?? repository);
  const child = spawn(process.execPath, [join(root, "bin/isthmus.js"), ...args], {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
    for (const listener of listeners) listener();
  });
  const finished = once(child, "close").then(([code]) => ({
    code: (code as number | null) ?? undefined,
    stdout,
    stderr,
  }));
  return {
    child,
    finished,
    said: (words) =>
      new Promise((fulfil, reject) => {
        const look = (): void => {
          if (words.test(stderr)) fulfil();
        };
        listeners.add(look);
        look();
        void finished.then(() =>
          reject(new Error(`isthmus ${args.join(" ")} never said ${String(words)}:\n${stderr}`)),
        );
      }),
  };
}

/** Runs `isthmus` to its end. */
export function isthmus(...args: string[]): Promise<Run> {
  return startIsthmus(...args).finished;
}
