/**
 * A stack that is held by another run, in words. Pure.
 */

import { holdIn } from "./lock";

/** Who is at work on a stack at the service. */
export interface StackHolder {
  readonly stack: string;
  /** `update`, `destroy` … */
  readonly kind: string;
  readonly author: string;
  /** RFC 3339. */
  readonly since: string;
}

/**
 * Who holds the stack that a command ran into, since when, and what to do; undefined where it ran into nothing.
 * @param words What Pulumi's CLI wrote to standard error.
 * @param holder Who is at work, as the service says it, where it was asked.
 */
export function lockWords(words: string, holder?: StackHolder): string | undefined {
  const hold = holdIn(words);
  if (hold === undefined) return undefined;
  if (hold.kind === "service") {
    if (holder === undefined) {
      return "another update of the stack is under way. Wait until it has ended; for one that was killed, run `pulumi cancel` with the stack's name.";
    }
    const { stack, kind, author, since } = holder;
    return `another ${kind} of the stack is under way, by ${author} since ${since}. Wait until it has ended; if it was killed, run \`pulumi cancel --stack ${stack}\`.`;
  }
  const [first] = hold.locks;
  const stack = first?.stack ?? "";
  const holders = hold.locks.map(({ user, host, pid, since }) => `${user}@${host} (process ${pid}, since ${since})`);
  const by = holders.length === 0 ? "another run" : holders.join(" and ");
  return `stack ${stack} is locked by ${by}. Wait until that has ended; if it was killed, run \`pulumi cancel --stack ${stack}\`.`;
}
