/**
 * Who holds a stack, and whether that can be got over. Pure.
 */

import type { RunRecord } from "../run/run-record";

/** A lock of a stack in a backend of files or a bucket (pulumi, backend/diy/lock.go). */
export interface StackLock {
  /** Distinguishes it from every other lock. */
  readonly id: string;
  /** As in `user@host`. */
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** When it was taken: RFC 3339, as Pulumi writes it. */
  readonly since: string;
  readonly stack: string;
}

/** Who holds a stack: locks in a backend of files or a bucket, or an update that the service says is in progress. */
export type StackHold = { readonly kind: "locks"; readonly locks: readonly StackLock[] } | { readonly kind: "service" };

const lockLine = /([^/\s]+)\/([^/\s]+)\.json\S*: created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g;

/**
 * What holds the stack that a command ran into; undefined where it ran into nothing.
 * @param words What Pulumi's CLI wrote to standard error: of a backend of files a line for each lock, of the service its
 *   answer 409.
 */
export function holdIn(words: string): StackHold | undefined {
  if (words.includes("[409] Conflict: Another update is currently in progress")) return { kind: "service" };
  if (!words.includes("the stack is currently locked by")) return undefined;
  return {
    kind: "locks",
    locks: [...words.matchAll(lockLine)].map(
      ([, stack = "", id = "", user = "", host = "", pid = "", since = ""]): StackLock => ({
        id,
        user,
        host,
        pid: Number(pid),
        since,
        stack,
      }),
    ),
  };
}

/** What can be known here of the process that took a lock. */
export type LockLife =
  /** This machine started it, and it has ended: nobody will take the lock away. */
  | "ended"
  /** It is at work on this machine. */
  | "alive"
  /** Another machine's, another user's, or of a time that nobody here has noted. It counts as at work. */
  | "not known";

/** Facts of this machine. */
export interface MachineFacts {
  readonly host: string;
  /** Runs on the stack from this machine that were cut off, none of whose processes lives. */
  readonly cutOff: readonly RunRecord[];
  /** Whether a process of Pulumi's CLI with this number lives here that began before the time, in milliseconds. */
  readonly isPulumi: (pid: number, beforeMs: number) => boolean;
}

/** A lock is taken some seconds after its process was started; clocks of one machine may be set meanwhile. */
const takenWithinMs = 10 * 60_000;
const clockSlackMs = 5_000;

/**
 * What can be known of the process that took a lock. Host name and process number alone prove nothing: containers and
 * machines of one name share backends, and numbers are used again.
 */
export function lifeOf({ host, pid, since }: StackLock, facts: MachineFacts): LockLife {
  if (host !== facts.host) return "not known";
  const sinceMs = Date.parse(since);
  const isOurs = facts.cutOff.some(
    ({ engine, beganAtMs }) =>
      engine?.pid === pid && sinceMs >= beganAtMs - clockSlackMs && sinceMs <= beganAtMs + takenWithinMs,
  );
  if (isOurs) return "ended";
  return facts.isPulumi(pid, sinceMs) ? "alive" : "not known";
}
