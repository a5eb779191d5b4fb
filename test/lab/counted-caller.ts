import assert from "node:assert/strict";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { unlessGone } from "../../engine/process/process-identity";
import { repository } from "../support/isthmus";
import type { CallerLine, CallerTask, CallFigures, LostCall } from "./caller";

/** A process that calls from a network namespace, and counts. */
export class CountedCaller {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private figures: readonly CallFigures[] | undefined;
  private readonly finished: Promise<unknown>;

  /** @param network File of the network namespace. */
  constructor(network: string, task: CallerTask, onLost: (lost: LostCall) => void) {
    const program = ["-r", "tsx/cjs", join(__dirname, "caller.ts"), JSON.stringify(task)];
    const child = spawn("nsenter", [`--net=${network}`, "--", process.execPath, ...program], {
      cwd: repository,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child = child;
    createInterface(child.stdout).on("line", (line) => {
      const said = JSON.parse(line) as CallerLine;
      if ("lost" in said) onLost(said.lost);
      else this.figures = said.figures;
    });
    this.finished = once(child, "close");
  }

  /** Ends the calls. @returns what they came to. */
  async end(): Promise<readonly CallFigures[]> {
    this.child.stdin.end();
    await this.finished;
    assert.ok(this.figures, "the caller said what its calls came to");
    return this.figures;
  }
}

/** The network namespace of the process on this machine that has an environment variable: `NAME=value`. */
export function networkOfProcess(variable: string): string {
  const [pid] = processesWith(variable);
  assert.ok(pid !== undefined, `a process with ${variable} runs on this machine`);
  return `/proc/${pid}/ns/net`;
}

/** The processes on this machine that have an environment variable, those of containers among them: `NAME=value`. */
export function processesWith(variable: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) =>
      unlessGone(() => readFileSync(`/proc/${name}/environ`, "utf8"))
        ?.split("\0")
        .includes(variable),
    )
    .map(Number);
}
