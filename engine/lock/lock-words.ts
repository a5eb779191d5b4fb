/**
 * A stack that is locked by another run, in words. Pure.
 */

/** A lock in a backend of files or a bucket (pulumi, backend/diy/lock.go): its path ends with `<stack>/<id>.json`. */
const lockLine = /([^/\s]+)\/[^/\s]+\.json\S*: created by (\S+) \(pid (\d+)\) at (\S+)/g;

/**
 * Who holds the lock that a command ran into, and what to do; undefined where it ran into none.
 * @param words What Pulumi's CLI wrote to standard error.
 */
export function lockWords(words: string): string | undefined {
  if (words.includes("[409] Conflict: Another update is currently in progress")) {
    return "another update of the stack is under way. Wait until it has ended; for one that was killed, run `pulumi cancel` with the stack's name.";
  }
  if (!words.includes("the stack is currently locked by")) return undefined;
  const locks = [...words.matchAll(lockLine)];
  const [stack = ""] = locks.map(([, name = ""]) => name);
  const holders = locks.map(([, , who = "", pid = "", since = ""]) => `${who} (process ${pid}, since ${since})`);
  const by = holders.length === 0 ? "another run" : holders.join(" and ");
  return `stack ${stack} is locked by ${by}. Wait until that has ended; if it was killed, run \`pulumi cancel --stack ${stack}\`.`;
}
