import pc from "picocolors";

/** How far a step is. What is left out stays as it was. */
export interface Advance {
  /** Units finished so far. */
  readonly done?: number;
  /** Units in all. */
  readonly total?: number;
  /** What is counted, as a plural: `packages`. Without it only the percentage is shown. */
  readonly unit?: string;
  /** What is going on right now, in few words. */
  readonly detail?: string;
}

/** Tells how far the step is that it was given to. */
export type Report = (advance: Advance) => void;

/** Shows to a person what a long operation does. Steps may run side by side. */
export interface Progress {
  /** Announces steps to come, so that the display can say how many are left. */
  expect(steps: number): void;
  /** Runs one step, shows its start, advance and end. The step's result or error passes through. */
  step<T>(title: string, action: (report: Report) => Promise<T>): Promise<T>;
  /** One line that stays. */
  note(line: string): void;
  /** Takes the updating line away, before something else writes to the terminal. */
  close(): void;
}

/** Where a display writes and what time it is; tests give their own. */
export interface Screen {
  write(text: string): void;
  /** Width in columns; only the updating line asks. */
  columns(): number;
  nowMs(): number;
}

interface RunningStep {
  readonly title: string;
  readonly startMs: number;
  advance: Advance;
}

/** Plain output repeats what runs this often, so that nobody takes a long build for a hanging one. */
const heartbeatMs = 30_000;
/** The updating line changes this often: fast enough for a clock in seconds. */
const redrawMs = 200;

const stderrScreen: Screen = {
  write: (text) => process.stderr.write(text),
  columns: () => process.stderr.columns || 80,
  nowMs: () => Date.now(),
};

/** The display that fits where standard error goes: an updating line on a terminal, else plain lines. */
export function standardErrorProgress(): Progress {
  const terminal = process.stderr.isTTY && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined;
  return terminal ? terminalProgress(stderrScreen) : plainProgress(stderrScreen);
}

/** Shows nothing. */
export const silentProgress: Progress = {
  expect: () => undefined,
  step: (_title, action) => action(() => undefined),
  note: () => undefined,
  close: () => undefined,
};

/** A line at start and end of each step, and one every 30 s in between. */
export function plainProgress(screen: Screen, everyMs = heartbeatMs): Progress {
  return new Display(screen, everyMs, {
    started: (step, count) => screen.write(`${count} ${step.title} …\n`),
    ended: (step, outcome) => screen.write(`      ${step.title}: ${outcome}\n`),
    note: (line) => screen.write(`${line}\n`),
    tick: (steps, _count, nowMs) => {
      for (const step of steps) {
        const words = [...describeAdvance(step.advance), formatDuration(nowMs - step.startMs)];
        screen.write(`      ${step.title}: ${words.join(", ")}\n`);
      }
    },
    clear: () => undefined,
  });
}

/** One line that says what is left, how long it took so far and what runs; ended steps stay above it. */
export function terminalProgress(screen: Screen, everyMs = redrawMs): Progress {
  const clear = () => screen.write("\r\x1b[2K");
  return new Display(screen, everyMs, {
    started: () => undefined,
    ended: (step, outcome, failed) => {
      clear();
      screen.write(`${failed ? pc.red("✗") : pc.green("✓")} ${step.title} ${pc.dim(outcome)}\n`);
    },
    note: (line) => {
      clear();
      screen.write(`${line}\n`);
    },
    tick: (steps, count, nowMs) => {
      const startMs = Math.min(...steps.map((step) => step.startMs));
      const words = steps.map((step) => [step.title, ...describeAdvance(step.advance)].join(", "));
      clear();
      screen.write(cut(`${count} ${formatDuration(nowMs - startMs)}  ${words.join(" | ")}`, screen.columns() - 1));
    },
    clear,
  });
}

const cut = (line: string, width: number): string => (line.length <= width ? line : `${line.slice(0, width - 1)}…`);

interface Renderer {
  started(step: RunningStep, count: string): void;
  ended(step: RunningStep, outcome: string, failed: boolean): void;
  note(line: string): void;
  tick(steps: readonly RunningStep[], count: string, nowMs: number): void;
  clear(): void;
}

class Display implements Progress {
  private readonly running = new Set<RunningStep>();
  private started = 0;
  private ended = 0;
  private expected = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly tickMs: number,
    private readonly renderer: Renderer,
  ) {}

  expect(steps: number): void {
    this.expected += steps;
  }

  async step<T>(title: string, action: (report: Report) => Promise<T>): Promise<T> {
    const step: RunningStep = { title, startMs: this.screen.nowMs(), advance: {} };
    this.running.add(step);
    this.started += 1;
    this.expected = Math.max(this.expected, this.started);
    this.renderer.started(step, `[${this.started}/${this.expected}]`);
    this.startTicking();
    try {
      const result = await action((advance) => {
        step.advance = { ...step.advance, ...advance };
      });
      this.end(step, false);
      return result;
    } catch (error) {
      this.end(step, true);
      throw error;
    }
  }

  note(line: string): void {
    this.renderer.note(line);
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.renderer.clear();
  }

  private end(step: RunningStep, failed: boolean): void {
    this.running.delete(step);
    this.ended += 1;
    const took = formatDuration(this.screen.nowMs() - step.startMs);
    this.renderer.ended(step, failed ? `failed after ${took}` : took, failed);
    if (this.running.size === 0) this.close();
  }

  private startTicking(): void {
    this.timer ??= setInterval(() => {
      this.renderer.tick([...this.running], `[${this.ended}/${this.expected}]`, this.screen.nowMs());
    }, this.tickMs).unref();
  }
}

/** `812 of 2345 packages (34 %)`, `compiling` */
function describeAdvance({ done, total, unit, detail }: Advance): readonly string[] {
  const parts: string[] = [];
  if (done !== undefined && total !== undefined && total > 0) {
    const percent = `${Math.min(100, Math.floor((done / total) * 100))} %`;
    parts.push(unit === undefined ? percent : `${done} of ${total} ${unit} (${percent})`);
  }
  if (detail !== undefined) parts.push(detail);
  return parts;
}

/** `0.4 s`, `12 s`, `3 m 05 s` */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
}
