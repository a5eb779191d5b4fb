import { createColors } from "picocolors";
import type { MeshEvent } from "../../operations/events";
import type { Style } from "../verify-table";
import { PlainDisplay, runningWords } from "./plain";
import { Rows, type Row } from "./rows";
import type { Display, Screen } from "./screen";
import { duration } from "./words";

/** Fast enough for a clock in tenths of seconds, and no strain on a slow terminal. */
const redrawMs = 200;

/** What is shown of an operation at one moment. */
export interface Moment {
  readonly title: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
  /** Results of checks so far, by status. */
  readonly checks: Readonly<Record<string, number>>;
}

/**
 * A line for each cluster that says what it is at, redrawn in place, and below them the sums. What is to be read later,
 * such as warnings, goes above them and stays.
 */
export class LiveDisplay implements Display {
  private readonly rows = new Rows();
  private readonly checks: Record<string, number> = {};
  /** Writes what stays: as lines, like everywhere else. */
  private readonly above: PlainDisplay;
  private title = "";
  private startMs: number;
  private drawn = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly style: Style,
    private readonly everyMs = redrawMs,
  ) {
    this.startMs = screen.nowMs();
    this.above = new PlainDisplay(
      {
        size: () => screen.size(),
        nowMs: () => screen.nowMs(),
        write: (text) => {
          this.insert(text);
        },
      },
      "no heartbeat",
    );
    this.resume();
  }

  take(event: MeshEvent): void {
    if (event.type === "operation-started") {
      this.startMs = this.screen.nowMs();
      this.title = `${event.operation} ${event.stack}`;
    }
    if (event.type === "check-ended") this.checks[event.status] = (this.checks[event.status] ?? 0) + 1;
    this.rows.take(event);
    if (staysAbove(event)) this.above.take(event);
  }

  note(words: string): void {
    this.above.note(words);
  }

  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.erase();
  }

  resume(): void {
    this.timer ??= setInterval(() => {
      this.draw();
    }, this.everyMs).unref();
  }

  close(): void {
    this.pause();
    this.above.close();
  }

  /** Draws the present moment in place of the last one. */
  draw(): void {
    const seconds = (this.screen.nowMs() - this.startMs) / 1000;
    const moment = { title: this.title, seconds, rows: this.rows.all, checks: this.checks };
    const lines = liveLines(moment, this.screen.size(), this.style);
    this.screen.write(`${this.eraser()}${lines.map((line) => `${line}\n`).join("")}`);
    this.drawn = lines.length;
  }

  private insert(text: string): void {
    this.erase();
    this.screen.write(text);
    if (this.timer !== undefined) this.draw();
  }

  private erase(): void {
    if (this.drawn > 0) this.screen.write(this.eraser());
    this.drawn = 0;
  }

  private eraser(): string {
    return this.drawn === 0 ? "" : `\x1b[${this.drawn}A\x1b[J`;
  }
}

/** What must not vanish with the next redraw. */
function staysAbove(event: MeshEvent): boolean {
  switch (event.type) {
    case "operation-started":
    case "diagnostic":
    case "notice":
    case "step-failed":
    case "stack-failed":
      return true;
    case "step-ended":
      return event.found !== undefined;
    case "check-ended":
      return event.status === "fail" || event.status === "warn";
    default:
      return false;
  }
}

/** The lines of a moment, none longer than the screen is wide, and no more than fit. Pure. */
export function liveLines(
  { title, seconds, rows, checks }: Moment,
  { columns, rows: height }: { readonly columns: number; readonly rows: number },
  style: Style,
): string[] {
  const paint = createColors(style.colour);
  // One line for the sums, and one that stays free for the cursor.
  const room = Math.max(1, height - 2);
  const shown = rows.length <= room ? rows : [...rows].sort(busyFirst).slice(0, room - 1);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const cut = (text: string): string => (text.length < columns ? text : `${text.slice(0, columns - 2)}…`);
  const lines = shown.map((row) => {
    const text = cut(`${markOf(row, style)} ${row.name.padEnd(width)}  ${rowWords(row, seconds)}`);
    if (row.failed > 0 || row.state === "failed") return paint.red(text);
    return row.running.length === 0 ? paint.dim(text) : text;
  });
  const hidden = rows.length - shown.length;
  const done = sum(rows, (row) => row.done);
  const running = sum(rows, (row) => row.running.length);
  const failed = sum(rows, (row) => row.failed);
  const sums = [
    `${title}  ${duration(seconds)}`,
    ...(Object.keys(checks).length === 0
      ? [`${done} done, ${running} under way${failed === 0 ? "" : `, ${failed} failed`}`]
      : [
          Object.entries(checks)
            .map(([status, count]) => `${count} ${status}`)
            .join(", "),
        ]),
  ];
  return [
    ...lines,
    ...(hidden === 0 ? [] : [paint.dim(cut(`  and ${hidden} more`))]),
    paint.bold(cut(sums.join("  "))),
  ];
}

function sum(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}

/** Of more clusters than fit those that fail or work are worth a line; the others keep their order. */
function busyFirst(left: Row, right: Row): number {
  const weight = ({ failed, running, state }: Row): number =>
    failed > 0 || state === "failed" ? 0 : running.length > 0 ? 1 : 2;
  return weight(left) - weight(right);
}

function markOf({ failed, running, done, state }: Row, { symbols }: Style): string {
  if (failed > 0 || state === "failed") return symbols ? "✗" : "x";
  if (running.length > 0) return symbols ? "●" : "*";
  return done > 0 ? (symbols ? "✓" : "+") : " ";
}

function rowWords(row: Row, seconds: number): string {
  if (row.running.length > 0) return runningWords(row, seconds);
  if (row.state !== undefined) return row.state;
  return [...(row.done === 0 ? [] : [`${row.done} done`]), ...(row.failed === 0 ? [] : [`${row.failed} failed`])].join(
    ", ",
  );
}
