import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { callHello, type HelloTarget } from "./hello-call";

/**
 * A program: calls until its standard input ends, and a line of JSON for every call of who answered and when. It is started
 * in the network namespace of a pod, so that the pod's sidecar takes its calls. Its argument is a {@link TellingTask}.
 */
export interface TellingTask extends HelloTarget {
  /** A connection for each call, or one for all as long as it lasts. */
  readonly connections: "new" | "kept";
  /** Time between the beginnings of two calls over new connections, or from one answer to the next call. */
  readonly everyMs: number;
}

/** What became of a call. */
export interface ToldCall {
  /** When it ended, in milliseconds of the machine's clock. */
  readonly at: number;
  /** Who answered; undefined where nobody did. */
  readonly by?: string;
  readonly reason?: string;
}

function answerer(body: string): string | undefined {
  return /^Hello version: ([^,]+),/.exec(body)?.[1];
}

async function told(task: TellingTask, agent: Agent | false): Promise<void> {
  const became = await callHello(task, agent, answerer).then(
    (by): Omit<ToldCall, "at"> => ({ by }),
    (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
  );
  process.stdout.write(`${JSON.stringify({ at: Date.now(), ...became })}\n`);
}

async function main(task: TellingTask): Promise<void> {
  const ended = new AbortController();
  process.stdin.once("end", () => ended.abort()).resume();
  const agent = task.connections === "kept" ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  const underWay = new Set<Promise<void>>();
  while (!ended.signal.aborted) {
    const one = told(task, agent).finally(() => underWay.delete(one));
    underWay.add(one);
    if (task.connections === "kept") await one;
    await delay(task.everyMs);
  }
  await Promise.all(underWay);
  if (agent !== false) agent.destroy();
}

void main(JSON.parse(process.argv[2] ?? "") as TellingTask);
