import assert from "node:assert/strict";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { unlessGone } from "../../engine/process/process-identity";
import { repository } from "../support/isthmus";
import type { CallerLine, CallerTask, CallFigures, LostCall } from "./caller";
import { kubectl } from "./lab-stack";

const namespace = "calls";
const port = 5000;

/** By this variable the process of a client's container is found on the machine. */
const clientVariable = "ISTHMUS_CALLS_FROM";

/** A call over a new connection begins so long after the last one, in each direction, unless it is said otherwise. */
const usuallyNewEveryMs = 20;
const longLivedEveryMs = 100;

/** Answers are to be had within this time after the pods are ready. */
const firstAnswerWithinMs = 60_000;

/** From one cluster to another. */
interface Direction {
  readonly from: string;
  readonly to: string;
}

/** Figures of the calls in one direction. */
export interface DirectionFigures extends Direction, CallFigures {}

/** A call that was lost, and between whom. */
export interface LostInDirection extends Direction, LostCall {}

/**
 * Calls from every cluster to every other one, through the sidecar of a client's pod: over new connections and over a
 * long-lived one. A server of its own for each cluster, so that each call says where it is to go.
 */
export class Calls {
  /** Those that were lost so far. */
  readonly lost: LostInDirection[] = [];
  private readonly callers: Caller[] = [];

  /** @param newEveryMs Time between the beginnings of two calls over new connections, in each direction. Default: 20. */
  constructor(
    private readonly clusters: readonly string[],
    private readonly newEveryMs = usuallyNewEveryMs,
  ) {}

  /** Makes servers and clients, waits until all have answered all, and lets the calls go on from there. */
  async begin(): Promise<void> {
    await Promise.all(this.clusters.map((cluster) => this.deploy(cluster)));
    const directions = this.clusters.flatMap((from) =>
      this.clusters.filter((to) => to !== from).map((to) => ({ from, to })),
    );
    for (const direction of directions) await untilAnswered(direction);
    for (const direction of directions) {
      const task = await taskOf(direction, this.newEveryMs);
      const caller = new Caller(direction, task, (lost) => this.lost.push({ ...direction, ...lost }));
      this.callers.push(caller);
    }
  }

  /** Ends the calls. @returns what they came to. */
  async end(): Promise<DirectionFigures[]> {
    return (await Promise.all(this.callers.map((caller) => caller.end()))).flat();
  }

  /** Removes servers and clients. */
  async remove(): Promise<void> {
    await Promise.all(this.clusters.map((cluster) => kubectl(cluster, "delete", "namespace", namespace)));
  }

  private async deploy(cluster: string): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), "isthmus-calls-"));
    try {
      const file = join(directory, "calls.json");
      writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests(cluster, this.clusters) }));
      await kubectl(cluster, "apply", "-f", file);
    } finally {
      rmSync(directory, { recursive: true });
    }
    await kubectl(cluster, "-n", namespace, "wait", "--for=condition=Ready", "pods", "--all", "--timeout=120s");
  }
}

/** The process that calls in one direction. */
class Caller {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private figures: readonly CallFigures[] | undefined;
  private readonly finished: Promise<unknown>;

  constructor(
    private readonly direction: Direction,
    task: CallerTask,
    onLost: (lost: LostCall) => void,
  ) {
    const network = `--net=/proc/${clientProcess(direction.from)}/ns/net`;
    const program = ["-r", "tsx/cjs", join(__dirname, "caller.ts"), JSON.stringify(task)];
    const child = spawn("nsenter", [network, "--", process.execPath, ...program], {
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

  async end(): Promise<DirectionFigures[]> {
    this.child.stdin.end();
    await this.finished;
    assert.ok(this.figures, "the caller said what its calls came to");
    return this.figures.map((figures) => ({ ...this.direction, ...figures }));
  }
}

const serverOf = (cluster: string): string => `helloworld-${cluster}`;

async function taskOf({ from, to }: Direction, everyMs: number): Promise<CallerTask> {
  const service = serverOf(to);
  const address = await kubectl(from, "-n", namespace, "get", "service", service, "-o", "jsonpath={.spec.clusterIP}");
  const host = `${service}.${namespace}.svc.cluster.local:${port}`;
  return { address, port, host, answer: `Hello version: ${to},`, newEveryMs: everyMs, longLivedEveryMs };
}

/** A mesh that stands answers; proxies learn of a new server within seconds. */
async function untilAnswered({ from, to }: Direction): Promise<void> {
  const url = `http://${serverOf(to)}.${namespace}:${port}/hello`;
  const call = ["exec", "client", "-c", "client", "--", "curl", "-sS", "--max-time", "3", url];
  const deadline = performance.now() + firstAnswerWithinMs;
  for (;;) {
    const answer = await kubectl(from, "-n", namespace, ...call).catch((error: unknown) => String(error));
    if (answer.startsWith(`Hello version: ${to},`)) return;
    if (performance.now() > deadline) assert.fail(`no answer from ${to} in ${from}: ${answer}`);
    await delay(200);
  }
}

function clientProcess(cluster: string): number {
  const mark = `${clientVariable}=${cluster}`;
  const pid = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((name) =>
      unlessGone(() => readFileSync(`/proc/${name}/environ`, "utf8"))
        ?.split("\0")
        .includes(mark),
    );
  assert.ok(pid !== undefined, `the client of ${cluster} runs on this machine`);
  return Number(pid);
}

function manifests(cluster: string, clusters: readonly string[]): object[] {
  const metadata = { namespace };
  const services = clusters.map((name) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name: serverOf(name) },
    spec: { ports: [{ name: "http", port }], selector: { app: serverOf(name) } },
  }));
  const pod = (name: string, container: object): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name, labels: { app: name }, annotations: { "sidecar.istio.io/proxyCPU": "10m" } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ imagePullPolicy: "IfNotPresent", ...container }] },
  });
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { "istio-injection": "enabled" } } },
    ...services,
    pod(serverOf(cluster), {
      name: "helloworld",
      image: "lab.local/istio/examples-helloworld-v1:1.0",
      env: [{ name: "SERVICE_VERSION", value: cluster }],
      ports: [{ containerPort: port }],
      readinessProbe: { httpGet: { path: "/hello", port }, periodSeconds: 1 },
    }),
    pod("client", {
      name: "client",
      image: "lab.local/curl:lab",
      command: ["/bin/sleep", "infinity"],
      env: [{ name: clientVariable, value: cluster }],
    }),
  ];
}
