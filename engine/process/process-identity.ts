import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { isAlive } from "./process-life";

/** A process, told apart from a later one of the same number, also on another machine or in another container. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own words: clock ticks since the boot on Linux, a date on macOS. */
  readonly began: string;
  /** The boot and the process namespace that the number counts in. */
  readonly place: string;
}

/**
 * Identity of a process of this machine.
 * @returns Undefined when there is none of that number.
 */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const began = beginningOf(pid);
  return began === undefined ? undefined : { pid, began, place: placeOfProcesses() };
}

/** Whether the very process lives. One of another place is never found alive here, and says nothing of its life there. */
export function lives(identity: ProcessIdentity): boolean {
  return identity.place === placeOfProcesses() && isAlive(identity.pid) && beginningOf(identity.pid) === identity.began;
}

let place: string | undefined;

/** Linux counts boots by an id, and containers have namespaces of their own; elsewhere the boot's time must do. */
function placeOfProcesses(): string {
  place ??=
    process.platform === "linux"
      ? `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`
      : execFileSync("sysctl", ["-n", "kern.boottime"], { encoding: "utf8" }).trim();
  return place;
}

/** When a process began; undefined when there is none. */
function beginningOf(pid: number): string | undefined {
  return process.platform === "linux" ? beginningInProc(pid) : beginningByPs(pid);
}

/** The 22nd field of `/proc/<pid>/stat` (proc(5)). The second, a name in brackets, may hold anything. */
function beginningInProc(pid: number): string | undefined {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  // What has ended and waits to be noticed by its parent does nothing more.
  return state === "Z" || state === undefined ? undefined : rest[18];
}

function beginningByPs(pid: number): string | undefined {
  return psOf(pid, "lstart=");
}

function psOf(pid: number, columns: string): string | undefined {
  try {
    return execFileSync("ps", ["-o", columns, "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined;
  }
}

/** What a process that may end at any moment says; undefined when it has ended. */
export function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/**
 * Whether a process is Pulumi's CLI and began before a time.
 * @param beforeMs In milliseconds since 1970.
 */
export function isPulumiProcess(pid: number, beforeMs: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") {
    const [, began = "", command = ""] =
      /^(\S+ +\S+ +\S+ +\S+ +\S+) +(.*)$/.exec(psOf(pid, "lstart=,comm=") ?? "") ?? [];
    return basename(command) === "pulumi" && Date.parse(began) <= beforeMs;
  }
  const name = unlessGone(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
  const bootMs = Date.now() - uptimeMs();
  const beganMs = bootMs + (Number(beginningInProc(pid) ?? Number.NaN) / ticksPerSecond) * 1000;
  return name === "pulumi" && beganMs <= beforeMs + clockStepMs;
}

/** USER_HZ, which is 100 on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

/** Boot and wall clock are read one after the other. */
const clockStepMs = 1_000;

function uptimeMs(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ", 1)[0]) * 1000;
}
