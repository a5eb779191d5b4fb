import { endSignals, notAsked, takeSignal, type Company, type EndSignal } from "./ending";
import { exitCodes, Interrupted } from "./failure";
import { say } from "./output";

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
function companyOf(streams: readonly { readonly isTTY?: boolean }[]): Company {
  return streams.some(({ isTTY }) => isTTY === true) ? "person" : "nobody";
}

/** Interruption of what changes a mesh: Pulumi finishes what it has begun. */
export const updateInterruption = (command: string): InterruptionWords => ({
  onStop: "Stopping when what has begun is done.",
  onceMore: "Once more ends it at once.",
  advice: `Run \`${command}\` again: it goes on from there.`,
});
