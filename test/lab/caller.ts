import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { callHello, type HelloTarget } from "./hello-call";

/**
 * A program: calls over new connections and over a long-lived one, until its standard input ends, as it does too when
 * who started it is gone. It is started in the
 * network namespace of a pod, so that the pod's sidecar takes its calls. Its argument is a {@link CallerTask}; every call
 * that is lost is a line of JSON at once, and so are the figures at the end.
 */
export interface CallerTask extends HelloTarget {
  /** What an answer must begin with. */
  readonly answer: string;
  /** Time between the beginnings of two calls over new connections. */
  readonly newEveryMs: number;
  /** Time between two calls over the long-lived one. */
  readonly longLivedEveryMs: number;
}

/** The ways of calling. */
export type CallKind = "new" | "long-lived";

/** A call that was not answered, or not by whom it was meant for. */
export interface LostCall {
  readonly kind: CallKind;
  readonly at: string;
  readonly reason: string;
}

/** What calls of one kind came to. */
export interface CallFigures {
  readonly kind: CallKind;
  readonly calls: number;
  readonly lost: number;
  /** The longest time from one answer to the next one. */
  readonly longestGapMs: number;
  /** 95 of 100 answers came within this time. */
  readonly p95Ms: number;
  /** How many connections they took. */
  readonly connections: number;
}

/** A line that the caller writes. */
export type CallerLine = { readonly lost: LostCall } | { readonly figures: readonly CallFigures[] };

class Tally {
  private calls = 0;
  private lost = 0;
  private longestGapMs = 0;
  private readonly tookMs: number[] = [];
  private lastAnswer = performance.now();
  private readonly sockets = new WeakSet<object>();
  private connections = 0;

  constructor(private readonly kind: CallKind) {}

  async count(call: (opened: (socket: object) => void) => Promise<void>): Promise<void> {
    const began = performance.now();
    this.calls += 1;
    try {
      await call((socket) => this.noteSocket(socket));
      const now = performance.now();
      this.longestGapMs = Math.max(this.longestGapMs, now - this.lastAnswer);
      this.lastAnswer = now;
      this.tookMs.push(now - began);
    } catch (error) {
      this.lost += 1;
      const reason = error instanceof Error ? error.message : String(error);
      write({ lost: { kind: this.kind, at: new Date().toISOString(), reason } });
    }
  }

  figures(): CallFigures {
    const sorted = this.tookMs.sort((left, right) => left - right);
    return {
      kind: this.kind,
      calls: this.calls,
      lost: this.lost,
      longestGapMs: Math.round(Math.max(this.longestGapMs, performance.now() - this.lastAnswer)),
      p95Ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0),
      connections: this.connections,
    };
  }

  private noteSocket(socket: object): void {
    if (this.sockets.has(socket)) return;
    this.sockets.add(socket);
    this.connections += 1;
  }
}

async function call(task: CallerTask, agent: Agent | false, opened: (socket: object) => void): Promise<void> {
  await callHello(task, agent, (body) => (body.startsWith(task.answer) ? body : undefined), opened);
}

function write(line: CallerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(task: CallerTask): Promise<void> {
  const ended = new AbortController();
  process.stdin.once("end", () => ended.abort()).resume();
  const [fresh, kept] = [new Tally("new"), new Tally("long-lived")];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const underWay = new Set<Promise<void>>();
  const newConnections = every(task.newEveryMs, ended.signal, () => {
    const counted = fresh.count((opened) => call(task, false, opened)).finally(() => underWay.delete(counted));
    underWay.add(counted);
  });
  const longLived = every(task.longLivedEveryMs, ended.signal, () => kept.count((opened) => call(task, agent, opened)));
  await Promise.all([newConnections, longLived]);
  await Promise.all(underWay);
  agent.destroy();
  write({ figures: [fresh.figures(), kept.figures()] });
}

async function every(ms: number, ended: AbortSignal, act: () => Promise<void> | void): Promise<void> {
  while (!ended.aborted) {
    await act();
    await delay(ms);
  }
}

void main(JSON.parse(process.argv[2] ?? "") as CallerTask);
