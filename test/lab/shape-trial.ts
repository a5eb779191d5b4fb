import assert from "node:assert/strict";
import { addressOf, ways } from "./hello-server";
import { PhasedCalls, type CallLine } from "./phased-calls";

/** Clusters in which a global service is called. */
export interface Shape<Name extends string> {
  readonly clusters: readonly Name[];
  /** The namespace of what is called. */
  readonly namespace: string;
  /** The cluster in which the entry of a cluster's callers stands: the one that holds its istiod's configuration. */
  readonly entryOf: (caller: Name) => Name;
}

/** A time of a trial. */
export interface Phase<Name extends string> {
  readonly name: string;
  /** Who answers whom in the end. */
  readonly answers: Readonly<Record<Name, Name>>;
  readonly act: () => Promise<unknown>;
}

/** Proxies learn of names and of servers within seconds. */
const learnedWithinMs = 60_000;

const everyMs = 150;

/**
 * Calls a name from all clusters and in every way while phases come and go. No call may be lost but in the first one, in which
 * proxies learn of the name.
 */
export async function losesNoCall<Name extends string>(
  shape: Shape<Name>,
  called: string,
  phases: readonly Phase<Name>[],
): Promise<void> {
  const calls = new PhasedCalls(await callLines(shape, called));
  calls.begin();
  try {
    for (const { act, answers, name } of phases) {
      calls.enter(name, ({ from }) => ({ kind: "all", by: answers[from as Name] }));
      await act();
      await calls.untilReached(learnedWithinMs);
    }
  } catch (error) {
    await calls.end();
    throw error;
  }
  const [first] = phases;
  const counted = (await calls.end()).filter(({ phase }) => phase !== first?.name);
  const wrong = counted.filter(({ calls: made, failed }) => made === 0 || failed > 0);
  assert.deepEqual(wrong, []);
}

async function callLines<Name extends string>(shape: Shape<Name>, called: string): Promise<CallLine[]> {
  const { clusters, entryOf, namespace } = shape;
  const entries = new Set(clusters.map(entryOf));
  const addresses = await Promise.all([...entries].map((cluster) => addressOf(cluster, namespace, called)));
  const [address = ""] = addresses;
  assert.deepEqual(new Set(addresses), new Set([address]), "one address in every cluster");
  return clusters.flatMap((from) =>
    ways.map(({ port, title, way }) => ({
      title: `${title} from ${from}`,
      from,
      host: called,
      address,
      port,
      way,
      everyMs,
    })),
  );
}
