import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Parents of processes, by their ids. */
export type Parents = ReadonlyMap<number, number>;

/**
 * Kills a process and all that it started, itself first: what it was waiting for must not look to it as if it had failed.
 * Pulumi puts its plugins into process groups of their own, where they would go on with their work.
 */
export function killTree(pid: number): void {
  killProcesses([pid, ...descendants(pid, parentsOfAll())]);
}

/** Kills processes, in that order. One that has ended is as good as killed. */
export function killProcesses(pids: readonly number[]): void {
  for (const pid of pids) kill(pid);
}

/** All that a process started, and what those started. Pure. */
export function descendants(pid: number, parents: Parents): number[] {
  const children = [...parents].flatMap(([child, parent]) => (parent === pid ? [child] : []));
  return children.flatMap((child) => [child, ...descendants(child, parents)]);
}

function parentsOfAll(): Parents {
  return process.platform === "linux" ? parentsInProc() : parentsOfPs();
}

function parentsInProc(): Parents {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid): [number, number][] => {
      const status = readStatus(pid);
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(status ?? "") ?? [];
      return parent === undefined ? [] : [[Number(pid), Number(parent)]];
    }),
  );
}

function readStatus(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch (error) {
    // It has ended since the directory was read.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** What has no /proc, such as macOS, has `ps`. */
function parentsOfPs(): Parents {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return new Map(
    rows.map((row): [number, number] => {
      const [pid = 0, parent = 0] = row.trim().split(/\s+/).map(Number);
      return [pid, parent];
    }),
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
