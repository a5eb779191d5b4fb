import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation";
import { isAlive } from "../process/process-life";
import type { PulumiError } from "../pulumi";

const pollMs = 500;

/** Who holds the lock of a stack in a backend of files. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
}

/**
 * Who holds the lock that an update ran into; nothing when the error is another one. Pure.
 * @param stderr Pulumi's words, of a line for each lock: `…: created by user@host (pid 42) at <time>`.
 */
export function lockHolders(stderr: string): LockHolder[] | undefined {
  if (!stderr.includes("the stack is currently locked by")) return undefined;
  return [...stderr.matchAll(/created by \S*@(\S+) \(pid (\d+)\)/g)].map(([, host = "", pid = ""]) => ({
    host,
    pid: Number(pid),
  }));
}

/** What became of a lock: it was none, we took it away, its holder ended, or another machine or user holds it. */
export type LockOutcome = "not locked" | "released" | "waited" | "held";

/**
 * Gets over a lock that an update ran into, if that is safe: waits for a process of this machine that holds it, takes
 * away the lock of one that was killed.
 */
export async function overcomeLock(
  stack: Stack,
  error: PulumiError,
  onProgress: (words: string) => void = () => undefined,
  stop?: AbortSignal,
): Promise<LockOutcome> {
  const holders = lockHolders(error.stderr);
  if (holders === undefined) return "not locked";
  if (holders.length === 0 || holders.some((holder) => holder.host !== hostname())) return "held";

  const alive = holders.find((holder) => isAlive(holder.pid));
  if (alive !== undefined) {
    onProgress(`another update of the stack is under way (process ${alive.pid}): waiting for it`);
    while (isAlive(alive.pid)) await delay(pollMs, undefined, stop === undefined ? {} : { signal: stop });
    return "waited";
  }
  onProgress(`taking away the stack's lock: the update that held it (process ${holders[0]?.pid ?? 0}) was killed`);
  await stack.cancel();
  return "released";
}

/**
 * Whether an update that was killed left its lock. Pulumi takes the lock before it says, in its headline, what it does; and
 * who holds it shares it with nobody. Pure.
 */
export function leftLock({ signal, stdout }: Pick<PulumiError, "signal" | "stdout">): boolean {
  return signal !== undefined && /^\w+ing\b.*\(.*\):/m.test(stdout);
}
