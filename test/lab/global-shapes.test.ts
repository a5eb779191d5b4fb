import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { MeshConfig } from "../../topology";
import {
  addressOf,
  deployClient,
  deployServer,
  helloPorts,
  scaleServers,
  ways,
  type HelloServer,
} from "./hello-server";
import { kubectl, WrittenStack } from "./lab-stack";
import { PhasedCalls, type CallLine } from "./phased-calls";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-global-shapes");

/** Three clusters on two networks: branch is a remote of east and on its network, west is a primary elsewhere. */
const clusters = {
  east: { network: "network1", access: { context: "lab-east" } },
  branch: { network: "network1", controlPlane: "east", access: { context: "lab-branch" } },
  west: { network: "network2", access: { context: "lab-west" } },
} as const;
type ClusterName = keyof typeof clusters;
const names = Object.keys(clusters) as ClusterName[];

const namespace = "shop";
const namespaces: MeshConfig["namespaces"] = { [namespace]: {} };

const service = "checkout-api";
/** A name of many labels, with hyphens in them. */
const host = "checkout-api.v2-beta.eu-west.shop.internal";

/** A service that moves, from a primary into the remote. */
const moving = "parcels";
const movingHost = "parcels.shop.internal";

/** The mesh while the moving service has its home in these clusters. */
function meshWith(homes: readonly ClusterName[]): Partial<MeshConfig> {
  const clustersOfMoving = Object.fromEntries(homes.map((home) => [home, {}]));
  const services = {
    [service]: { name: host, namespace, selector: { app: service }, ports: helloPorts },
    [moving]: {
      name: movingHost,
      namespace,
      selector: { app: moving },
      ports: helloPorts,
      clusters: clustersOfMoving,
    },
  };
  return { clusters, namespaces, globalServices: { services } };
}

const serverOf = (cluster: ClusterName, replicas: number, name = service): HelloServer => ({
  cluster,
  namespace,
  name,
  replicas,
});

/** Proxies learn of names and of servers within seconds. */
const learnedWithinMs = 60_000;

/** Calls of a name from every cluster and in every way. */
async function callLines(called: string): Promise<CallLine[]> {
  // The entry of a remote's callers stands in its primary.
  const entriesIn = names.map((from) => (from === "branch" ? "east" : from));
  const addresses = await Promise.all(entriesIn.map((cluster) => addressOf(cluster, namespace, called)));
  assert.equal(new Set(addresses).size, 1, "one address in every cluster");
  return names.flatMap((from, index) =>
    ways.map(({ port, title, way }) => ({
      title: `${title} from ${from}`,
      from,
      host: called,
      address: addresses[index] ?? "",
      port,
      way,
      everyMs: 150,
    })),
  );
}

interface Phase {
  readonly name: string;
  /** Who answers whom in the end. */
  readonly answers: Readonly<Record<ClusterName, ClusterName>>;
  readonly act: () => Promise<unknown>;
}

/** Makes calls while the phases come and go. No call may be lost but in the first phase, in which proxies learn of the name. */
async function losesNoCall(called: string, phases: readonly Phase[]): Promise<void> {
  const calls = new PhasedCalls(await callLines(called));
  calls.begin();
  try {
    for (const { act, answers, name } of phases) {
      calls.enter(name, ({ from }) => ({ kind: "all", by: answers[from as ClusterName] }));
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

const allThere: Phase["answers"] = { east: "east", branch: "branch", west: "west" };

const phases: readonly Phase[] = [
  { name: "beforehand", answers: allThere, act: () => Promise.resolve() },
  { name: "all there", answers: allThere, act: () => delay(2_000) },
  {
    name: "east scaled to 0",
    answers: { east: "branch", branch: "branch", west: "west" },
    act: () => scaleServers(serverOf("east", 0)),
  },
  {
    name: "branch scaled to 0 too",
    answers: { east: "west", branch: "west", west: "west" },
    act: () => scaleServers(serverOf("branch", 0)),
  },
  {
    name: "branch scaled back",
    answers: { east: "branch", branch: "branch", west: "west" },
    act: () => scaleServers(serverOf("branch", 1)),
  },
  { name: "east scaled back", answers: allThere, act: () => scaleServers(serverOf("east", 1)) },
];

const movesTo = async (...homes: ClusterName[]): Promise<void> => {
  stack.write(meshWith(homes));
  await stack.up();
};

const answeredBy = (cluster: ClusterName): Phase["answers"] => ({ east: cluster, branch: cluster, west: cluster });

const movingPhases: readonly Phase[] = [
  { name: "beforehand", answers: answeredBy("west"), act: () => Promise.resolve() },
  {
    name: "in the remote too",
    answers: { east: "branch", branch: "branch", west: "west" },
    act: async () => {
      await deployServer(serverOf("branch", 1, moving));
      await movesTo("west", "branch");
    },
  },
  { name: "in the remote alone", answers: answeredBy("branch"), act: () => movesTo("branch") },
  {
    name: "gone from the primary",
    answers: answeredBy("branch"),
    act: () => scaleServers(serverOf("west", 0, moving)),
  },
  {
    name: "made anew in the remote",
    answers: answeredBy("branch"),
    act: () => kubectl("branch", "-n", namespace, "rollout", "restart", `deployment/${moving}`),
  },
];

describeInTurn(
  "global-shapes",
  "a global service on three clusters and two networks, one a remote, on the lab",
  function () {
    this.timeout(10 * 60_000);

    before(async () => {
      stack.write(meshWith(["west"]));
      await stack.labUp();
      await stack.up();
      await Promise.all(
        names.flatMap((cluster) => [deployClient(cluster, namespace), deployServer(serverOf(cluster, 1))]),
      );
    });

    after(async () => {
      await stack.destroy();
      stack.remove();
    });

    it("is answered in the caller's cluster, then on its network, then elsewhere, and comes back, without losing a call", async () => {
      await losesNoCall(host, phases);
    });

    it("moves from a primary into the remote without losing a call", async () => {
      await deployServer(serverOf("west", 1, moving));
      await losesNoCall(movingHost, movingPhases);
    });
  },
);
