import { setTimeout as delay } from "node:timers/promises";
import type { HelloTarget } from "./hello-call";
import { helloCaller, type CallWay, type HelloCaller } from "./hello-callers";

/**
 * A program: calls until its standard input ends, and a line of JSON for every call of who answered and when. It is started
 * in the network namespace of a pod, so that the pod's sidecar takes its calls. Its argument is a list of {@link TellingTask}.
 */
export interface TellingTask extends HelloTarget {
  /** What the task is called in what is told. */
  readonly title: string;
  readonly way: CallWay;
  /** Time between the beginnings of two calls; over a kept connection from one answer to the next call. */
  readonly everyMs: number;
}

/** What became of a call. */
export interface ToldCall {
  /** The task's. */
  readonly title: string;
  /** When it began, in milliseconds of the machine's clock. */
  readonly began: number;
  /** When it ended. */
  readonly at: number;
  /** Who answered; undefined where nobody did. */
  readonly by?: string;
  readonly reason?: string;
}

async function tell({ title }: TellingTask, caller: HelloCaller): Promise<void> {
  const began = Date.now();
  const became = await caller.call().then(
    (body): Omit<ToldCall, "began" | "at" | "title"> => {
      const by = /^Hello version: ([^,]+),/.exec(body)?.[1];
      return by === undefined ? { reason: `not an answer: ${body.slice(0, 120)}` } : { by };
    },
    (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
  );
  const told: ToldCall = { title, began, at: Date.now(), ...became };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function work(task: TellingTask, ended: AbortSignal): Promise<void> {
  const caller = helloCaller(task, task.way);
  const underWay = new Set<Promise<void>>();
  while (!ended.aborted) {
    const one = tell(task, caller).finally(() => underWay.delete(one));
    underWay.add(one);
    if (caller.isOneByOne) await one;
    await delay(task.everyMs);
  }
  await Promise.all(underWay);
  caller.close();
}

async function main(tasks: readonly TellingTask[]): Promise<void> {
  const ended = new AbortController();
  process.stdin.once("end", () => ended.abort()).resume();
  await Promise.all(tasks.map((task) => work(task, ended.signal)));
}

void main(JSON.parse(process.argv[2] ?? "") as readonly TellingTask[]);
