import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { ConfigurationError } from "../topology";
import { backendProblem } from "./backend/backend-problem";
import type { BackendUse } from "./backend/failure-row";
import { runVariable } from "./process/marked";
import { identityOf } from "./process/process-identity";
import { killTree } from "./process/process-tree";
import { emptyPassphrases, withoutEmptyPassphrases, type PassphraseVariable } from "./passphrase";
import { previewVariables } from "./preview-variables";
import { PulumiError } from "./pulumi-error";
import type { EngineSignal, RunRecord, RunRecords } from "./run";
import type { Variables } from "./variables";

/** How an operation that is under way is ended. */
export interface Interruption {
  /** Lets what has begun finish, and begins nothing more: Pulumi's answer to Ctrl-C. */
  readonly stop?: AbortSignal;
  /** How long that may take before it is killed, in milliseconds. Default: 120000, in which a Helm release is mostly done. */
  readonly stopGraceMs?: number;
  /** Ends everything at once. The stack's lock and the operations under way stay recorded. */
  readonly kill?: AbortSignal;
}

/** What runs of Pulumi's on one stack share. */
export interface RunContext extends Interruption {
  /** Where this machine notes the runs that change the stack. */
  readonly records: RunRecords;
  /** Told when the engine works: whoever listens to its events tells it. */
  readonly engine: EngineSignal;
  /** Variables beside the others, which may change from run to run. */
  readonly ownVariables?: Record<string, string>;
}

/** Looks at a command that succeeded, before what it said is read; what it throws takes the place of its result. */
export type SuccessCheck = (command: string) => void;

/** What the Automation API asks of a Pulumi command. It calls its own type's method `run`, which the types leave out. */
export interface Runner {
  run(
    args: string[],
    directory: string,
    variables: Variables,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
  ): Promise<{ stdout: string; stderr: string; code: number }>;

  /** Runs a command that reads something which is to be on no command line and in no file, such as a secret, or a state. */
  feed(args: readonly string[], directory: string, input: string): Promise<void>;
}

/**
 * The Pulumi CLI for the Automation API, in a process group of its own. The API's own way leaves it in ours, where a
 * Ctrl-C at the terminal reaches it once from the terminal and once from us, and the second Ctrl-C makes Pulumi give up
 * its work half-way.
 * @param variables All that it gets, but for empty passphrases; their PATH decides which CLI that is.
 * @param check Default: a command that succeeds is well.
 * @throws ConfigurationError when there is no such CLI.
 */
export async function pulumiCommand(
  variables: NodeJS.ProcessEnv,
  context: RunContext,
  check: SuccessCheck = () => undefined,
): Promise<PulumiCommand & Runner> {
  const executable = findOnPath("pulumi", variables["PATH"] ?? "");
  if (executable === undefined) {
    throw new ConfigurationError([
      {
        path: "PATH",
        expected: "the Pulumi CLI `pulumi`",
        found: "none",
        fix: "Install it (https://www.pulumi.com/docs/install/); for a stack on the lab, `isthmus lab up` does.",
      },
    ]);
  }
  const empty = emptyPassphrases(variables);
  const given = withoutEmptyPassphrases(variables);
  const runner: Runner = {
    run: async (args, directory, own, onOutput, onError) => {
      const where = { directory, variables: { ...given, ...own }, empty };
      const result = await runInOwnGroup(executable, args, where, context, onOutput, onError);
      check(args[0] ?? "");
      return result;
    },
    feed: async (args, directory, input) => {
      await runInOwnGroup(executable, args, { directory, variables: given, input, empty }, context);
    },
  };
  const version = await versionOf(executable, async () => {
    const { stdout } = await runner.run(["version"], process.cwd(), {});
    return stdout.trim().replace(/^v/, "");
  });
  return Object.assign(Object.create(PulumiCommand.prototype) as PulumiCommand, runner, {
    command: executable,
    // The API reads it as text, to choose how the engine tells of its events.
    version: { toString: () => version } as PulumiCommand["version"],
  });
}

/** Versions of the executables that were asked, each as it stood then. */
const versions = new Map<string, string>();

/** What an executable says of itself: it is asked once, for each stack of a mesh is worked on by a command of its own. */
async function versionOf(executable: string, ask: () => Promise<string>): Promise<string> {
  const { ino, mtimeMs } = statSync(executable);
  const file = `${executable} ${ino} ${mtimeMs}`;
  const version = versions.get(file) ?? (await ask());
  versions.set(file, version);
  return version;
}

/** Subcommands that a person may wait for; the others take a moment, and are let finish. */
export const longCommands: readonly string[] = ["up", "preview", "refresh", "destroy"];

/** Commands that hold the stack while they run, and leave that to others when they are killed. */
const holdingCommands: readonly string[] = ["up", "refresh", "destroy", "stack import"];

const defaultStopGraceMs = 120_000;

async function runInOwnGroup(
  executable: string,
  args: readonly string[],
  where: {
    directory: string;
    variables: NodeJS.ProcessEnv;
    input?: string;
    /** What was taken out of the variables for being empty. */
    empty: readonly PassphraseVariable[];
  },
  { stop, stopGraceMs = defaultStopGraceMs, kill, records, engine, ownVariables }: RunContext,
  onOutput: (text: string) => void = () => undefined,
  onError: (text: string) => void = () => undefined,
): Promise<{ stdout: string; stderr: string; code: number }> {
  const command = args
    .filter((arg) => !arg.startsWith("-"))
    .slice(0, args[0] === "stack" ? 2 : 1)
    .join(" ");
  stop?.throwIfAborted();
  kill?.throwIfAborted();
  const run = holdingCommands.includes(command) ? beginRun(records, command) : undefined;
  engine.reset();
  const child = spawn(executable, [...args, "--non-interactive"], {
    cwd: where.directory,
    env: {
      ...previewVariables(args),
      ...where.variables,
      ...ownVariables,
      ...(run === undefined ? {} : { [runVariable]: run.id }),
      PULUMI_AUTOMATION_API: "true",
    },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const self = child.pid === undefined ? undefined : identityOf(child.pid);
  if (run !== undefined && self !== undefined) records.started(run, self);
  // One that ends before it has read everything says itself why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(where.input);
  let stdout = "";
  let stderr = "";
  let grace: NodeJS.Timeout | undefined;
  let isAsked = false;
  const endAtOnce = (): void => {
    if (child.pid !== undefined) killTree(child.pid);
  };
  const askToEnd = (): void => {
    if (stop?.aborted !== true || isAsked) return;
    grace ??= setTimeout(endAtOnce, stopGraceMs);
    // By a Ctrl-C that comes before the engine works Pulumi just dies, and leaves its lock.
    if (!longCommands.includes(command) || !engine.hasBegun) return;
    isAsked = true;
    child.kill("SIGINT");
  };
  engine.onBegin(askToEnd);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    onError(text);
  });
  stop?.addEventListener("abort", askToEnd, { once: true });
  kill?.addEventListener("abort", endAtOnce, { once: true });
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    // What one that was killed left behind is for the next run to see to.
    if (run !== undefined && signal === null) {
      if (code !== 0 && engine.hasBegun) records.failed(run);
      else records.end(run);
    }
    if (code !== 0) {
      const problem = engine.hasBegun ? undefined : backendProblem(stderr, backendUse(args, where));
      if (problem !== undefined) throw new ConfigurationError([problem]);
      throw new PulumiError(command, stdout, stderr, code ?? undefined, signal ?? undefined, engine.hasBegun);
    }
    return { stdout, stderr, code };
  } finally {
    clearTimeout(grace);
    stop?.removeEventListener("abort", askToEnd);
    kill?.removeEventListener("abort", endAtOnce);
  }
}

/** @throws Error when this process has no identity, which the system would have to hide. */
function beginRun(records: RunRecords, command: string): RunRecord {
  const owner = identityOf(process.pid);
  if (owner === undefined) throw new Error("this process is not found among the system's");
  return records.begin(command, owner);
}

/** What a command is run on, as its arguments and variables say. */
function backendUse(
  args: readonly string[],
  { variables, empty }: { variables: NodeJS.ProcessEnv; empty: readonly PassphraseVariable[] },
): BackendUse {
  const before = ["--stack", "init"];
  const named = args.find((arg, index) => before.includes(args[index - 1] ?? "") && !arg.startsWith("-"));
  return { url: variables["PULUMI_BACKEND_URL"], stack: named, empty };
}

function findOnPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        // A directory, too, may be entered.
        return statSync(file).isFile();
      } catch {
        // Not here: the next directory may have it.
        return false;
      }
    });
}
