import { readFile } from "node:fs/promises";

/**
 * Memory that processes hold, in bytes: each page that several share is split between them (PSS), so that sums are
 * true. A process that has ended meanwhile counts nothing.
 */
export async function memoryOf(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(pids.map(proportionalBytes));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function proportionalBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  });
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Memory that programs can still get, in bytes: the kernel's own estimate. */
export async function availableMemory(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8");
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
