/**
 * A stack that is held by another run, in words. Pure.
 */

import { holdIn } from "./lock";

/**
 * Who holds the stack that a command ran into, since when, and what to do; undefined where it ran into nothing.
 * @param words What Pulumi's CLI wrote to standard error.
 */
export function lockWords(words: string): string | undefined {
  const hold = holdIn(words);
  if (hold === undefined) return undefined;
  if (hold.kind === "service") {
    return "another update of the stack is under way. Wait until it has ended (`pulumi stack` shows whose it is and since when); for one that was killed, run `pulumi cancel` with the stack's name.";
  }
  const [first] = hold.locks;
  const stack = first?.stack ?? "";
  const holders = hold.locks.map(({ user, host, pid, since }) => `${user}@${host} (process ${pid}, since ${since})`);
  const by = holders.length === 0 ? "another run" : holders.join(" and ");
  return `stack ${stack} is locked by ${by}. Wait until that has ended; if it was killed, run \`pulumi cancel --stack ${stack}\`.`;
}
