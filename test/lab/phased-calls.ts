import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { repository } from "../support/isthmus";
import { clientVariable } from "./calls";
import { networkOfProcess } from "./counted-caller";
import type { TellingTask, ToldCall } from "./telling-caller";

/** Calls by a name from a cluster. */
export interface CallLine extends TellingTask {
  /** How it is called in tables. */
  readonly title: string;
  /** The cluster of the client. */
  readonly from: string;
}

/** What the calls of one line came to in one phase. */
export interface PhaseFigures {
  readonly phase: string;
  readonly line: string;
  readonly calls: number;
  readonly failed: number;
  /** The longest time from one answer to the next. */
  readonly longestWithoutMs: number;
  /** How many answers came from each cluster. */
  readonly answers: Readonly<Record<string, number>>;
  /** Why calls failed, each reason once. */
  readonly reasons: readonly string[];
}

interface Phase {
  readonly name: string;
  readonly beganAt: number;
}

/** Calls that go on while phases of a trial come and go. */
export class PhasedCalls {
  private readonly told = new Map<CallLine, ToldCall[]>();
  private readonly phases: Phase[] = [];
  private readonly children: ChildProcessByStdio<Writable, Readable, null>[] = [];

  constructor(private readonly lines: readonly CallLine[]) {}

  /** Lets the calls begin. */
  begin(): void {
    for (const line of this.lines) {
      const network = `--net=${networkOfProcess(`${clientVariable}=${line.from}`)}`;
      const program = ["-r", "tsx/cjs", join(__dirname, "telling-caller.ts"), JSON.stringify(line)];
      const child = spawn("nsenter", [network, "--", process.execPath, ...program], {
        cwd: repository,
        stdio: ["pipe", "pipe", "inherit"],
      });
      const calls: ToldCall[] = [];
      this.told.set(line, calls);
      createInterface(child.stdout).on("line", (text) => calls.push(JSON.parse(text) as ToldCall));
      this.children.push(child);
    }
  }

  /** From now on calls count for this phase. */
  enter(name: string): void {
    this.phases.push({ name, beganAt: Date.now() });
  }

  /** Waits until so many answers in a row have come from a cluster, in every line of which it is asked. */
  async untilAnsweredBy(cluster: string, titles: readonly string[], withinMs: number): Promise<void> {
    const since = Date.now();
    const inRow = 10;
    const isThere = (line: CallLine): boolean => {
      const last = (this.told.get(line) ?? []).filter(({ at }) => at >= since).slice(-inRow);
      return last.length === inRow && last.every(({ by }) => by === cluster);
    };
    while (!this.lines.filter(({ title }) => titles.includes(title)).every(isThere)) {
      if (Date.now() - since > withinMs) throw new Error(`${titles.join(", ")}: not answered by ${cluster} alone`);
      await delay(50);
    }
  }

  /** Ends the calls. @returns what they came to, phase by phase. */
  async end(): Promise<PhaseFigures[]> {
    const endedAt = Date.now();
    await Promise.all(
      this.children.map(async (child) => {
        child.stdin.end();
        if (child.exitCode === null) await once(child, "close");
      }),
    );
    return this.phases.flatMap(({ beganAt, name }, index) => {
      const until = this.phases[index + 1]?.beganAt ?? endedAt;
      return this.lines.map((line) => figuresOf(name, line, this.told.get(line) ?? [], beganAt, until));
    });
  }
}

function figuresOf(
  phase: string,
  line: CallLine,
  told: readonly ToldCall[],
  from: number,
  until: number,
): PhaseFigures {
  const calls = told.filter(({ at }) => at >= from && at < until);
  const answered = calls.filter(({ by }) => by !== undefined);
  const moments = [from, ...answered.map(({ at }) => at), until];
  const answers: Record<string, number> = {};
  for (const { by = "" } of answered) answers[by] = (answers[by] ?? 0) + 1;
  return {
    phase,
    line: line.title,
    calls: calls.length,
    failed: calls.length - answered.length,
    longestWithoutMs: Math.max(...moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment))),
    answers,
    reasons: [...new Set(calls.flatMap(({ reason }) => reason ?? []))],
  };
}

/** The figures as a table, a line each. */
export function tableOf(figures: readonly PhaseFigures[]): string {
  const rows = figures.map(({ answers, calls, failed, line, longestWithoutMs, phase }) => [
    phase,
    line,
    String(calls),
    String(failed),
    `${longestWithoutMs} ms`,
    Object.entries(answers)
      .map(([by, count]) => `${by} ${count}`)
      .sort()
      .join(", "),
  ]);
  const all = [["phase", "calls", "number", "failed", "longest without", "answered by"], ...rows];
  const widths = (all[0] ?? []).map((_unused, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
