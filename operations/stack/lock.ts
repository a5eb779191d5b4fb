import { hostname } from "node:os";
import type { Stack } from "@pulumi/pulumi/automation";
import type { PulumiError } from "./pulumi";

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

/** Whether an update ran into another one, of this or another machine. */
export function isLocked(error: PulumiError): boolean {
  return lockHolders(error.stderr) !== undefined || error.stderr.includes("[409] Conflict: Another update");
}

/**
 * Takes away a lock whose holder was killed: a process of this machine that is no more.
 * @returns Whether there was one, so that the update may be tried again.
 */
export async function releaseStaleLock(
  stack: Stack,
  error: PulumiError,
  onProgress: (words: string) => void = () => undefined,
): Promise<boolean> {
  const holders = lockHolders(error.stderr) ?? [];
  if (holders.length === 0 || holders.some((holder) => holder.host !== hostname() || isAlive(holder.pid))) return false;
  onProgress(`removing the stack's lock: the update that held it (process ${holders[0]?.pid}) was killed`);
  await stack.cancel();
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
