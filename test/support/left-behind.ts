import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A process that a test has left behind. */
export interface LeftBehind {
  readonly pid: number;
  readonly command: string;
}

/** What `mkdtemp` makes for tests. */
const directoryOfATest = new RegExp(`^(?:\\w+=)?${join(tmpdir(), "isthmus-")}[a-z0-9-]+-\\w{6}(?:/|$)`);

/**
 * Processes that work in a test's directory and whose parent has ended: nobody waits for them, and nobody will end them.
 * Linux alone tells of a process's environment; elsewhere none is found.
 */
export function leftBehind(): LeftBehind[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const words = [...wordsOf(name, "cmdline"), ...wordsOf(name, "environ")];
      const isLeft = parentOf(name) === 1 && words.some((word) => directoryOfATest.test(word));
      return isLeft ? [{ pid: Number(name), command: wordsOf(name, "cmdline").join(" ") }] : [];
    });
}

function parentOf(pid: string): number {
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(read(pid, "status")) ?? [];
  return Number(parent);
}

function wordsOf(pid: string, file: "cmdline" | "environ"): string[] {
  return read(pid, file).split("\0");
}

/** Empty where the process has ended meanwhile, or is another user's. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
