import { readdirSync, readFileSync } from "node:fs";

const sampleIntervalMs = 200;

/**
 * Follows a process and all that descend from it, and remembers the most memory that they held together, in MiB. Shared
 * pages are counted once (PSS): summing resident sizes would count a shared library in every process.
 */
export class MemoryPeak {
  private peakKiB = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(rootPid: number) {
    this.timer = setInterval(() => {
      this.peakKiB = Math.max(this.peakKiB, proportionalSetKiB(descendantsOf(rootPid)));
    }, sampleIntervalMs);
  }

  /** Ends the watch and says the peak, in MiB. */
  stop(): number {
    clearInterval(this.timer);
    return this.peakKiB / 1024;
  }
}

/** A process and all its descendants that live now. */
function descendantsOf(rootPid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  for (let waiting = [rootPid]; waiting.length > 0;) {
    found.push(...waiting);
    waiting = waiting.flatMap((pid) => children.get(pid) ?? []);
  }
  return found;
}

function parentOf(pid: number): number | undefined {
  const stat = readProc(`/proc/${String(pid)}/stat`);
  // The name stands in parentheses and may hold blanks: the parent is the second field after it.
  const parent = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  return parent === undefined ? undefined : Number(parent);
}

function proportionalSetKiB(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const pss = /^Pss:\s+(\d+) kB$/m.exec(readProc(`/proc/${String(pid)}/smaps_rollup`) ?? "")?.[1];
    return sum + Number(pss ?? 0);
  }, 0);
}

/** A file under /proc; undefined when its process has ended meanwhile. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
