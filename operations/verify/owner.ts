import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** After so long a sample is a leftover, whoever made it: no run takes a tenth of it. */
const longestRunMs = 15 * 60_000;

/** A mark of this process: which machine, since which boot, and which process there. Tells nothing else about them. */
export function ownerOfThisProcess(): string {
  return `${machine()}.${process.pid}`;
}

/**
 * Whether the run that made a sample has ended without removing it.
 * @param owner Its mark; undefined when it has none.
 * @param createdAt When the sample was made.
 */
export function isLeftover(owner: string | undefined, createdAt: Date, now = new Date()): boolean {
  if (now.getTime() - createdAt.getTime() > longestRunMs) return true;
  const [host, pid] = owner?.split(".") ?? [];
  return host === machine() && !isAlive(Number(pid));
}

function machine(): string {
  return createHash("sha256").update(`${hostname()} ${bootId()}`).digest("hex").slice(0, 12);
}

/** Linux says which boot this is; elsewhere the host's name has to do. */
function bootId(): string {
  if (process.platform !== "linux") return "";
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
