import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { CallerTask, CallFigures, LostCall } from "./caller";
import { CountedCaller, networkOfProcess } from "./counted-caller";
import { applyAll, kubectl } from "./lab-stack";

const namespace = "calls";
const port = 5000;

/** By this variable the process of a client's container is found on the machine. */
export const clientVariable = "ISTHMUS_CALLS_FROM";

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
  private readonly callers: { readonly direction: Direction; readonly caller: CountedCaller }[] = [];

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
      const network = networkOfProcess(`${clientVariable}=${direction.from}`);
      const caller = new CountedCaller(network, task, (lost) => this.lost.push({ ...direction, ...lost }));
      this.callers.push({ direction, caller });
    }
  }

  /** Ends the calls. @returns what they came to. */
  async end(): Promise<DirectionFigures[]> {
    const ended = this.callers.map(async ({ direction, caller }) => {
      return (await caller.end()).map((figures) => ({ ...direction, ...figures }));
    });
    return (await Promise.all(ended)).flat();
  }

  /** Removes servers and clients. */
  async remove(): Promise<void> {
    await Promise.all(this.clusters.map((cluster) => kubectl(cluster, "delete", "namespace", namespace)));
  }

  private async deploy(cluster: string): Promise<void> {
    await applyAll(cluster, manifests(cluster, this.clusters));
    await kubectl(cluster, "-n", namespace, "wait", "--for=condition=Ready", "pods", "--all", "--timeout=120s");
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

function manifests(cluster: string, clusters: readonly string[]): object[] {
  const metadata = { namespace };
  const services = clusters.map((name) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name: serverOf(name) },
    spec: { ports: [{ name: "http", port }], selector: { app: serverOf(name) } },
  }));
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { "istio-injection": "enabled" } } },
    ...services,
    ...callingPods(cluster, namespace, clientVariable),
  ];
}

/**
 * A helloworld that answers with its cluster's name, and a client of which the process is found on this machine.
 * @param variable Name of the environment variable by which it is: its value is the cluster.
 */
export function callingPods(cluster: string, inNamespace: string, variable: string): object[] {
  const pod = (name: string, container: object): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: inNamespace,
      name,
      labels: { app: name },
      annotations: { "sidecar.istio.io/proxyCPU": "10m" },
    },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ imagePullPolicy: "IfNotPresent", ...container }] },
  });
  return [
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
      env: [{ name: variable, value: cluster }],
    }),
  ];
}
