import { clientsOf, connect, KubernetesError, type ClusterClient, type NamedReach } from "../../access";
import { gatherMesh, type MeshQuery } from "../doctor";
import { CallTimes } from "./call-times";
import { Calls } from "./calls";
import type { CheckResult } from "./check";
import { checks } from "./checks";
import { GlobalCalls } from "./global-calls";
import { report, type VerifyReport } from "./report";
import { runChecks } from "./run";
import { removeLeftovers, Sample, type Leftovers } from "./sample";
import { select, type Selection } from "./selection";

/** What {@link verify} is told. */
export interface VerifyOptions extends MeshQuery {
  /** Image of the sample's client, in place of the configuration's. */
  readonly clientImage?: string;
  /** Told of every result when it is there. */
  readonly onResult?: (result: CheckResult) => void;
  /** What of the mesh is looked at. Default: everything. */
  readonly selection?: Selection;
  /** How long every check looks again while it does not hold, in milliseconds. Default: each its own time. */
  readonly retryMs?: number;
}

/**
 * Looks whether a mesh that stands is in good order, with real calls among real workloads. What it makes for that it
 * removes again, whatever happens; what a killed run left behind, the next one removes.
 * @throws ConfigurationError where what is to be looked at is not there.
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const {
    plan,
    onProgress = () => undefined,
    retryMs,
    selection = {},
    signal = new AbortController().signal,
  } = options;
  const { checks: chosen, isWanted, leftOut } = select(checks, plan, selection);
  const clients = clientsOf(options);
  const images = {
    helloworld: plan.sample.helloworldImage,
    client: options.clientImage ?? plan.sample.clientImage,
  };
  const sample = new Sample({ plan, clients, images });
  const callTimes = new CallTimes();
  const context = {
    plan,
    client: (cluster: string): ClusterClient => {
      const client = clients.get(cluster);
      if (client === undefined) throw new RangeError(`no cluster ${cluster}`);
      return client;
    },
    connect: (reach: NamedReach): ClusterClient => connect(reach, options.environment),
    sample,
    calls: new Calls(sample, clients, callTimes),
    callTimes,
    snapshot: () => gatherMesh({ ...options, onProgress: () => undefined }),
    ...(selection.callsForMs === undefined ? {} : { callsForMs: selection.callsForMs }),
    globalCalls: new GlobalCalls(sample),
    signal,
    ...(retryMs === undefined ? {} : { retryMs }),
  };

  const swept = selection.effects === "none" ? [] : [...clients.values()];
  const leftovers = Promise.all(swept.map((client) => sweep(client, onProgress)));
  try {
    const running = runChecks(chosen, context, options.onResult, isWanted);
    const results = await Promise.race([running, aborted(signal)]);
    const calls = callTimes.observed();
    return { ...report(results, leftOut, plan.accepted), ...(calls.length === 0 ? {} : { calls }) };
  } finally {
    if (swept.length > 0) onProgress("removing the sample");
    // What was found counts, whether or not the sample could be removed: the next run removes it then.
    for (const trouble of await sample.remove()) onProgress(`warning: the sample could not be removed: ${trouble}`);
    await leftovers;
    for (const client of clients.values()) client.close();
  }
}

/** What is under way, such as a command in a pod, need not be waited for. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("interrupted")), { once: true });
  });
}

/** A cluster that cannot be reached, or lets us not in, is reported by the checks, not by the sweep. */
async function sweep(client: ClusterClient, onProgress: (words: string) => void): Promise<void> {
  const { held, removed } = await removeLeftovers(client).catch((error: unknown): Leftovers => {
    const none = { removed: [], held: new Map<string, string>() };
    if (error instanceof KubernetesError && (error.status ?? 401) === 401) return none;
    onProgress(
      `${client.name}: could not look for samples of earlier runs: ${error instanceof Error ? error.message : String(error)}`,
    );
    return none;
  });
  for (const name of removed) onProgress(`${client.name}: removed ${name}, left behind by an earlier run`);
  for (const [name, holding] of held) {
    onProgress(`warning: ${client.name}: ${name}, of an earlier run, was removed and does not go: ${holding}`);
  }
}
