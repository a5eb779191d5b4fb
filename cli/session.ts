import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { MeshDeployment, type OperationOptions, type PolicyPack } from "../operations/deployment";
import { displayFor, type DisplayFlags } from "./display";
import { endSignals, notAsked, takeSignal, type Company, type EndSignal } from "./ending";
import { exitCodes, Interrupted } from "./failure";
import type { PolicyFlags } from "./options";
import { say } from "./output";

/**
 * The mesh of a stack of the project that we are in.
 * @throws ConfigurationError with every problem of its configuration at once.
 */
export async function openMesh(stack: string, policies: PolicyFlags = {}): Promise<MeshDeployment> {
  return MeshDeployment.open({ project: findProject(process.cwd()), stack, policyPacks: policyPacksOf(policies) });
}

function policyPacksOf({ policyPack: path, policyPackConfig: configuration }: PolicyFlags): readonly PolicyPack[] {
  if (path === undefined) return [];
  return [{ path, ...(configuration === undefined ? {} : { configuration }) }];
}

/** The nearest directory with a Pulumi.yaml, upwards, as Pulumi itself looks for it; else where we are. */
export function findProject(start: string): string {
  for (let directory = resolve(start); ; directory = dirname(directory)) {
    if (existsSync(join(directory, "Pulumi.yaml"))) return directory;
    if (directory === dirname(directory)) return start;
  }
}

/** How an operation learns that it is to end. */
export interface Interruption {
  /** To end in good order. */
  readonly signal: AbortSignal;
  /** To end at once. */
  readonly killSignal: AbortSignal;
}

/** What a person who interrupts an operation is told. */
export interface InterruptionWords {
  /** What is done now. */
  readonly onStop: string;
  /** What Ctrl-C does then, for who may press it. Default: nothing is said of it. */
  readonly onceMore?: string;
  /** How to go on afterwards. */
  readonly advice: string;
}

/** How an operation that is shown asks something. */
export interface Aside {
  /** Does something while the display keeps away from the terminal. */
  readonly aside: <T>(action: () => Promise<T>) => Promise<T>;
}

/**
 * Runs an operation on a mesh: shows how far it is, as the flags say, and lets Ctrl-C end it.
 * @param operation Is given the options that go to the operation of MeshDeployment.
 * @throws Interrupted when it was asked to end.
 */
export async function operate<T>(
  flags: DisplayFlags,
  words: InterruptionWords,
  operation: (options: Interruption & Required<Pick<OperationOptions, "onEvent">> & Aside) => Promise<T>,
): Promise<T> {
  const display = displayFor(flags);
  const aside: Aside["aside"] = async (action) => {
    display.pause();
    try {
      return await action();
    } finally {
      display.resume();
    }
  };
  try {
    return await interruptible(
      (interruption) => operation({ ...interruption, onEvent: (event) => display.take(event), aside }),
      words,
      (text) => display.note(text),
    );
  } finally {
    display.close();
  }
}

/** How long what is killed may take to remove what it made for a while, in milliseconds. */
const killedGraceMs = 5_000;

/**
 * Runs something that Ctrl-C, or a signal, ends in good order, and a second Ctrl-C at once.
 * @param note Says a word to the person. Default: on standard error.
 * @throws Interrupted when it was asked to end.
 */
export async function interruptible<T>(
  operation: (interruption: Interruption) => Promise<T>,
  { onStop, onceMore, advice }: InterruptionWords,
  note: (words: string) => void = say,
): Promise<T> {
  const stop = new AbortController();
  const kill = new AbortController();
  const company = companyOf([process.stdin, process.stdout, process.stderr]);
  let asked = notAsked;
  const onSignal = (signal: EndSignal): void => {
    const { requests, act } = takeSignal(asked, signal, company);
    asked = requests;
    if (act === "stop") {
      note(`\n${[onStop, ...(company === "person" && onceMore !== undefined ? [onceMore] : [])].join(" ")}`);
      stop.abort();
    }
    if (act === "kill") {
      kill.abort();
      // What was killed ends by itself, and removes its temporary files; nothing else is waited for.
      setTimeout(leave, killedGraceMs).unref();
    }
    if (act === "leave") leave();
  };
  for (const name of endSignals) process.on(name, onSignal);
  try {
    const result = await operation({ signal: stop.signal, killSignal: kill.signal });
    stop.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw stop.signal.aborted ? new Interrupted(advice) : error;
  } finally {
    for (const name of endSignals) process.off(name, onSignal);
  }
}

function leave(): never {
  process.exit(exitCodes.interrupted);
}

/** Whether anybody sees what is said. Pure. */
export function companyOf(streams: readonly { readonly isTTY?: boolean }[]): Company {
  return streams.some(({ isTTY }) => isTTY === true) ? "person" : "nobody";
}

/** Interruption of what changes a mesh: Pulumi finishes what it has begun. */
export const updateInterruption = (command: string): InterruptionWords => ({
  onStop: "Stopping when what has begun is done.",
  onceMore: "Once more ends it at once.",
  advice: `Run \`${command}\` again: it goes on from there.`,
});
