import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { repository } from "../support/isthmus";
import { clientVariable } from "./calls";
import { networkOfProcess } from "./counted-caller";
import { figuresOf, isReached, type Goal, type PhaseFigures } from "./phase-figures";
import type { TellingTask, ToldCall } from "./telling-caller";

/** Calls by a name from a cluster. Its title is its own. */
export interface CallLine extends TellingTask {
  /** The cluster of the client. */
  readonly from: string;
}

/** What a phase is to come to for a line; undefined where nothing is waited for. */
export type GoalOf<Line extends CallLine> = (line: Line) => Goal | undefined;

interface BegunPhase<Line extends CallLine> {
  readonly name: string;
  readonly beganAt: number;
  readonly goalOf: GoalOf<Line>;
}

/** Calls that go on while phases of a trial come and go. */
export class PhasedCalls<Line extends CallLine = CallLine> {
  private readonly told = new Map<string, ToldCall[]>();
  private readonly phases: BegunPhase<Line>[] = [];
  private readonly children: ChildProcessByStdio<Writable, Readable, null>[] = [];

  constructor(private readonly lines: readonly Line[]) {}

  /** Lets the calls begin, by one process for each cluster. */
  begin(): void {
    for (const { title } of this.lines) this.told.set(title, []);
    for (const from of new Set(this.lines.map((line) => line.from))) {
      const tasks: readonly TellingTask[] = this.lines.filter((line) => line.from === from);
      const network = `--net=${networkOfProcess(`${clientVariable}=${from}`)}`;
      const program = ["-r", "tsx/cjs", join(__dirname, "telling-caller.ts"), JSON.stringify(tasks)];
      const child = spawn("nsenter", [network, "--", process.execPath, ...program], {
        cwd: repository,
        stdio: ["pipe", "pipe", "inherit"],
      });
      createInterface(child.stdout).on("line", (text) => {
        const call = JSON.parse(text) as ToldCall;
        this.told.get(call.title)?.push(call);
      });
      this.children.push(child);
    }
  }

  /** From now on calls count for this phase. */
  enter(name: string, goalOf: GoalOf<Line>): void {
    this.phases.push({ name, goalOf, beganAt: Date.now() });
  }

  /** Waits until the phase has come to what it is to come to. @param isAsked Which lines are waited for. Default: all. */
  async untilReached(withinMs: number, isAsked: (line: Line) => boolean = () => true): Promise<void> {
    const phase = this.phases.at(-1);
    if (phase === undefined) throw new RangeError("no phase has begun");
    const missing = (): string[] =>
      this.lines.filter(isAsked).flatMap((line) => {
        const goal = phase.goalOf(line);
        const since = (this.told.get(line.title) ?? []).filter(({ began }) => began >= phase.beganAt);
        if (goal === undefined || isReached(since, goal)) return [];
        const last = since.slice(-3).map(({ by, reason }) => by ?? reason);
        return [`${line.title}: ${goal.kind} by ${goal.by ?? "anyone"} (last: ${last.join("; ")})`];
      });
    while (missing().length > 0) {
      if (Date.now() - phase.beganAt > withinMs) {
        throw new Error(`${phase.name}: not reached within ${withinMs} ms: ${missing().join(", ")}`);
      }
      await delay(50);
    }
  }

  /** Ends the calls. @returns what they came to, phase by phase. */
  async end(): Promise<PhaseFigures[]> {
    const end = Date.now();
    await Promise.all(
      this.children.map(async (child) => {
        child.stdin.end();
        if (child.exitCode === null) await once(child, "close");
      }),
    );
    return this.phases.flatMap(({ beganAt, goalOf, name }, index) => {
      const endedAt = this.phases[index + 1]?.beganAt ?? end;
      return this.lines.map((line) => {
        const goal = goalOf(line) ?? { kind: "answered" };
        return figuresOf({ name, beganAt, endedAt }, line.title, this.told.get(line.title) ?? [], goal);
      });
    });
  }
}
