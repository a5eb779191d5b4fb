import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { unlessGone } from "./process-identity";

/** The variable that every process of a run of Pulumi's inherits: its engine, the program and the provider plugins. */
export const runVariable = "ISTHMUS_RUN";

/**
 * Processes of this machine that belong to a run, wherever their parents are: a provider plugin outlives the engine that
 * started it, and goes on with what it does.
 */
export function processesOfRun(run: string): number[] {
  const mark = `${runVariable}=${run}`;
  return process.platform === "linux" ? markedInProc(mark) : markedByPs(mark);
}

function markedInProc(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) =>
      unlessGone(() => readFileSync(`/proc/${pid}/environ`, "utf8"))
        ?.split("\0")
        .includes(mark),
    )
    .map(Number);
}

/** macOS shows the variables of one's own processes behind their command lines. */
function markedByPs(mark: string): number[] {
  const rows = execFileSync("ps", ["-A", "-E", "-ww", "-o", "pid=,command="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return rows
    .split("\n")
    .filter((row) => row.split(" ").includes(mark))
    .map((row) => Number(row.trim().split(" ", 1)[0]));
}
