import { clientsOf, connect, type ClusterClient, type NamedReach } from "../../access";
import type { MeshSnapshot } from "../../diagnosis";
import { gatherMesh, type MeshQuery } from "../doctor";
import { CallTimes } from "./call-times";
import { Calls } from "./calls";
import type { Check, CheckResult, PlanOrigin } from "./check";
import { checks } from "./checks";
import { GlobalCalls } from "./global-calls";
import { report, type VerifyReport } from "./report";
import { runChecks } from "./run";
import { Sample, type SampleOptions } from "./sample";
import { sweep } from "./sample-namespace";
import { select, type LeftOut, type Selection } from "./selection";

/** A mesh of which no file is at hand, beside its plan. */
export interface FoundMesh {
  /** What the clusters have now. */
  readonly snapshot: () => Promise<MeshSnapshot>;
  /** Labels by which a cluster's pods get sidecars; undefined for the usual ones. */
  readonly injection: Required<SampleOptions>["injection"];
  /** What of its plan the clusters do not say, by the checks that cannot judge it. */
  readonly notJudged: readonly LeftOut[];
}

/** What {@link verify} is told. */
export interface VerifyOptions extends MeshQuery {
  /** Image of the sample's client, in place of the configuration's. */
  readonly clientImage?: string;
  /** Image of the sample's servers, in place of Istio's helloworld from its hub. */
  readonly helloworldImage?: string;
  /** Where the plan is read from the clusters. Default: it is that of the mesh's file. */
  readonly found?: FoundMesh;
  /** Told of each look that doctor's causes are judged by. */
  readonly onSnapshot?: (snapshot: MeshSnapshot) => void;
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
    found,
    plan,
    onProgress = () => undefined,
    onSnapshot = () => undefined,
    retryMs,
    selection = {},
    signal = new AbortController().signal,
  } = options;
  const origin: PlanOrigin = found === undefined ? "file" : "clusters";
  const { checks: chosen, isWanted, leftOut } = select(checks, plan, selection, origin);
  const clients = clientsOf(options);
  const images = {
    helloworld: options.helloworldImage ?? plan.sample.helloworldImage,
    client: options.clientImage ?? plan.sample.clientImage,
  };
  const sample = new Sample({ plan, clients, images, ...(found === undefined ? {} : { injection: found.injection }) });
  const callTimes = new CallTimes();
  const context = {
    plan,
    origin,
    client: (cluster: string): ClusterClient => {
      const client = clients.get(cluster);
      if (client === undefined) throw new RangeError(`no cluster ${cluster}`);
      return client;
    },
    connect: (reach: NamedReach): ClusterClient => connect(reach, options.environment),
    sample,
    calls: new Calls(sample, clients, callTimes),
    callTimes,
    snapshot: async () => {
      const snapshot = await (found?.snapshot() ?? gatherMesh({ ...options, onProgress: () => undefined }));
      onSnapshot(snapshot);
      return snapshot;
    },
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
    return {
      ...report(results, [...leftOut, ...notJudgedOf(found, chosen)], plan.accepted),
      ...(calls.length === 0 ? {} : { calls }),
    };
  } finally {
    if (swept.length > 0) onProgress("removing the sample");
    // What was found counts, whether or not the sample could be removed: the next run removes it then.
    for (const trouble of await sample.remove()) onProgress(`warning: the sample could not be removed: ${trouble}`);
    await leftovers;
    for (const client of clients.values()) client.close();
  }
}

/** Of what is looked at. */
function notJudgedOf(found: FoundMesh | undefined, chosen: readonly Check[]): readonly LeftOut[] {
  return (found?.notJudged ?? []).filter(({ id }) => chosen.some((check) => check.id === id));
}

/** What is under way, such as a command in a pod, need not be waited for. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("interrupted")), { once: true });
  });
}
