import type { MeshEvent } from "../../operations/events";
import { Rows, type Row } from "./rows";
import { diagnosticWords, during, duration, eventWords } from "./words";
import type { Display, Screen } from "./screen";
import { subjectWords } from "../../operations/deployment";

/** What runs is told of again this often, so that nobody takes a slow Helm release for a hanging one. */
const heartbeatMs = 20_000;

/** A line for everything that happened, with the time since the operation began: for logs, and for where there is no terminal. */
export class PlainDisplay implements Display {
  private readonly rows = new Rows();
  private readonly said = new Set<string>();
  private startMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly heartbeat: number | "no heartbeat" = heartbeatMs,
  ) {
    this.startMs = screen.nowMs();
    this.resume();
  }

  take(event: MeshEvent): void {
    if (event.type === "operation-started") this.startMs = this.screen.nowMs();
    this.rows.take(event);
    for (const [index, line] of this.linesOf(event).entries()) {
      this.screen.write(`${index === 0 ? this.heading(event) : " ".repeat(this.heading(event).length)}${line}\n`);
    }
  }

  note(words: string): void {
    this.screen.write(`${words}\n`);
  }

  /** Says what runs, for those who wait. */
  tick(): void {
    const seconds = (this.screen.nowMs() - this.startMs) / 1000;
    for (const row of this.rows.all.filter(({ running }) => running.length > 0)) {
      this.screen.write(`${this.timeAndName(seconds, row.name)}${runningWords(row, seconds)}\n`);
    }
  }

  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  resume(): void {
    if (this.heartbeat === "no heartbeat") return;
    this.timer ??= setInterval(() => {
      this.tick();
    }, this.heartbeat).unref();
  }

  close(): void {
    this.pause();
  }

  private linesOf(event: MeshEvent): readonly string[] {
    if (event.type === "diagnostic") {
      const lines = diagnosticWords(event);
      const key = `${event.cluster ?? ""} ${lines.join("\n")}`;
      if (this.said.has(key)) return [];
      this.said.add(key);
      return lines;
    }
    const words = stackWords(event, this.rows) ?? eventWords(event);
    return words === undefined ? [] : [words];
  }

  private heading(event: MeshEvent): string {
    return this.timeAndName(event.seconds, this.rows.nameOf(event));
  }

  private timeAndName(seconds: number, name: string | undefined): string {
    const time = duration(seconds).padStart(8);
    return name === undefined ? `${time}  ` : `${time}  ${name.padEnd(this.rows.nameWidth)}  `;
  }
}

/** What a stack of several does; of the one stack of a mesh the operation tells. */
function stackWords(event: MeshEvent, rows: Rows): string | undefined {
  if (rows.nameOf(event) === undefined) return undefined;
  switch (event.type) {
    case "stack-started":
      return "begins";
    case "stack-waits":
      return `waits for ${event.waitsFor.join(", ")}`;
    case "stack-ended":
      return `done in ${duration(event.tookSeconds)}`;
    case "stack-failed":
      return `failed: ${event.reason}`;
    default:
      return undefined;
  }
}

/** What a cluster is at: `istiod  creating for 20.1 s: waiting for pods, and 2 more`. */
export function runningWords({ running }: Row, seconds: number): string {
  const [oldest] = running;
  if (oldest === undefined) return "";
  const { subject, change, sinceSeconds, detail } = oldest;
  const more = running.length === 1 ? "" : `, and ${running.length - 1} more`;
  const how = detail === undefined ? "" : `: ${detail.split("\n", 1)[0] ?? ""}`;
  return `${subjectWords(subject)}  ${during(change)} for ${duration(seconds - sinceSeconds)}${how}${more}`;
}
