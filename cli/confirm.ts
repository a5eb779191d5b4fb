import { createInterface } from "node:readline";
import { ConfigurationError, type Problem } from "../topology";
import { Interrupted } from "./failure";
import { say } from "./output";

/** Something that is done only when somebody agrees to it. */
export interface Proposal {
  /** As it is typed: `isthmus destroy`. */
  readonly command: string;
  /** What it is to do, after `to`: `remove mesh m1 from east and west`. */
  readonly deed: string;
  /** What is to be typed for it. */
  readonly answer: string;
  /** What that is, for who is asked: `the stack's name`. Default: the answer itself. */
  readonly answerIs?: string;
  /** What there is to read before one decides. Default: nothing. */
  readonly details?: readonly string[];
}

/** How somebody is asked. */
export interface Asker {
  /** Whether there is anybody to ask. */
  readonly canAsk: boolean;
  /** Shows what there is to know before one decides. */
  say(words: string): void;
  /** @returns What was typed; undefined when it was Ctrl-C or Ctrl-D, or the signal came. */
  ask(question: string, signal?: AbortSignal): Promise<string | undefined>;
}

/** Asks on standard error, for standard output is the result's. */
export const terminal: Asker = {
  get canAsk() {
    return process.stdin.isTTY && process.stderr.isTTY;
  },
  say,
  ask: (question, signal) =>
    new Promise((fulfil) => {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      const close = (): void => lines.close();
      let answer: string | undefined;
      // A terminal that hung up cannot be read any more, which is no answer either.
      lines.once("error", close);
      lines.once("close", () => {
        signal?.removeEventListener("abort", close);
        if (answer === undefined) say("");
        fulfil(answer);
      });
      signal?.addEventListener("abort", close, { once: true });
      lines.question(question, (typed) => {
        answer = typed;
        close();
      });
      if (signal?.aborted === true) close();
    }),
};

/**
 * Makes sure that somebody agrees: by `--yes` beforehand, or else at the terminal. The one way of all verbs.
 * @param yes Whether `--yes` was given.
 * @throws Interrupted when something else is typed.
 * @throws ConfigurationError where there is nobody to ask.
 */
export async function ensureAgreed(
  yes: boolean | undefined,
  proposal: Proposal,
  { asker = terminal, signal }: { readonly asker?: Asker; readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (yes === true) return;
  const { answer, answerIs = answer, deed, details = [] } = proposal;
  if (details.length > 0) asker.say(details.join("\n"));
  if (!asker.canAsk) throw new ConfigurationError([notAgreed(proposal)]);
  const typed = await asker.ask(`This is to ${deed}. Type ${answerIs} to go on: `, signal);
  if (typed?.trim() !== answer) throw new Interrupted("Nothing was changed.");
}

function notAgreed({ command, deed }: Proposal): Problem {
  return {
    path: command,
    expected: "--yes, or a terminal to ask at (standard input and standard error)",
    found: "neither",
    fix: `Nothing was changed. It was to ${deed}: if that is meant, say --yes.`,
  };
}
