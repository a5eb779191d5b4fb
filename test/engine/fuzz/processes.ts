import { readdirSync, readFileSync } from "node:fs";
import type { Victim } from "./case";

/** A process of a run. */
export interface RunProcess {
  readonly pid: number;
  readonly role: Exclude<Victim, "all"> | "other";
}

/** Processes whose environment is that of one mesh on paper: they know no other home of Pulumi's. */
export function processesOf(directory: string): RunProcess[] {
  const mark = `PULUMI_HOME=${directory}/home\0`;
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || !`${read(name, "environ")}\0`.includes(mark)) return [];
    const words = read(name, "cmdline");
    return words === "" ? [] : [{ pid: Number(name), role: roleOf(words.split("\0")) }];
  });
}

/** What a process is in a run, by its command line. */
export function roleOf([program = "", ...args]: readonly string[]): RunProcess["role"] {
  const called = program.split("/").at(-1) ?? "";
  if (called === "pulumi") return "pulumi";
  if (called.startsWith("pulumi-language-")) return "language-host";
  if (called.startsWith("pulumi-resource-")) return "plugin";
  if (args.some((arg) => arg.endsWith("/paper-provider.js"))) return "plugin";
  if (args.some((arg) => arg.endsWith("/bin/isthmus.js"))) return "isthmus";
  return args.some((arg) => arg.includes("@pulumi/pulumi/cmd/run")) ? "program" : "other";
}

/** Kills processes, as nothing can forestall; those that are gone are as good as killed. @returns How many there were. */
export function kill(pids: readonly number[]): number {
  return pids.filter((pid) => {
    try {
      process.kill(pid, "SIGKILL");
      return true;
    } catch {
      return false;
    }
  }).length;
}

function read(pid: string, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
