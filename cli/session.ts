import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { loadStackConfiguration } from "../access";
import { parseMesh, planMesh, type MeshPlan } from "../topology";
import { exitCodes, Interrupted } from "./failure";
import { say } from "./output";
import { PulumiWords } from "./pulumi-words";

/** A stack's configuration, and where it was found. */
export interface MeshOfStack {
  readonly projectDirectory: string;
  readonly stack: string;
  readonly plan: MeshPlan;
}

/**
 * Reads and checks a stack's configuration.
 * @throws ConfigurationError with every problem at once.
 */
export async function loadMesh(stack: string): Promise<MeshOfStack> {
  const projectDirectory = findProject(process.cwd());
  return { projectDirectory, stack, plan: planMesh(parseMesh(await loadStackConfiguration(projectDirectory, stack))) };
}

/** The nearest directory with a Pulumi.yaml, upwards, as Pulumi itself looks for it; else where we are. */
export function findProject(start: string): string {
  for (let directory = resolve(start); ; directory = dirname(directory)) {
    if (existsSync(join(directory, "Pulumi.yaml"))) return directory;
    if (directory === dirname(directory)) return start;
  }
}

/** Signals that ask for an end. */
const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How an operation learns that it is to end. */
export interface Interruption {
  /** The first Ctrl-C: end in good order. */
  readonly stop: AbortSignal;
  /** The second: end at once. */
  readonly kill: AbortSignal;
}

/** What a person who interrupts an operation is told. */
export interface InterruptionWords {
  /** What is done now. */
  readonly onStop: string;
  /** How to go on afterwards. */
  readonly advice: string;
}

/**
 * Runs an operation that Ctrl-C, or a signal, ends in good order, and a second one at once.
 * @throws Interrupted when the operation was asked to end.
 */
export async function interruptible<T>(
  operation: (interruption: Interruption) => Promise<T>,
  { onStop, advice }: InterruptionWords,
): Promise<T> {
  const stop = new AbortController();
  const kill = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      kill.abort();
      process.exit(exitCodes.interrupted);
    }
    say(`\n${onStop}`);
    stop.abort();
  };
  for (const name of endSignals) process.on(name, onSignal);
  try {
    const result = await operation({ stop: stop.signal, kill: kill.signal });
    stop.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw stop.signal.aborted ? new Interrupted(advice) : error;
  } finally {
    for (const name of endSignals) process.off(name, onSignal);
  }
}

/** Interruption of what changes a mesh: Pulumi finishes what it has begun. */
export const updateInterruption = (command: string): InterruptionWords => ({
  onStop: "Stopping when what has begun is done. Once more ends it at once.",
  advice: `Run \`${command}\` again: it goes on from there.`,
});

/** Where Pulumi's words go, and ours beside them. */
export function toStandardError(): { onOutput: (text: string) => void; onProgress: (words: string) => void } {
  const words = new PulumiWords((text) => process.stderr.write(text));
  return { onOutput: (text) => words.add(text), onProgress: say };
}
