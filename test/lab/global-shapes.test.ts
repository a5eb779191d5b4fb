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
import { WrittenStack } from "./lab-stack";
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

const globalServices: MeshConfig["globalServices"] = {
  services: { [service]: { name: host, namespace, selector: { app: service }, ports: helloPorts } },
};

const serverOf = (cluster: ClusterName, replicas: number): HelloServer => ({
  cluster,
  namespace,
  name: service,
  replicas,
});

/** Proxies learn of names and of servers within seconds. */
const learnedWithinMs = 60_000;

/** Calls from every cluster and in every way. */
async function callLines(): Promise<CallLine[]> {
  // The entry of a remote's callers stands in its primary.
  const entriesIn = names.map((from) => (from === "branch" ? "east" : from));
  const addresses = await Promise.all(entriesIn.map((cluster) => addressOf(cluster, namespace, host)));
  assert.equal(new Set(addresses).size, 1, "one address in every cluster");
  return names.flatMap((from, index) =>
    ways.map(({ port, title, way }) => ({
      title: `${title} from ${from}`,
      from,
      host,
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

describeInTurn(
  "global-shapes",
  "a global service on three clusters and two networks, one a remote, on the lab",
  function () {
    this.timeout(10 * 60_000);

    before(async () => {
      stack.write({ clusters, namespaces, globalServices });
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
      const calls = new PhasedCalls(await callLines());
      calls.begin();
      for (const { act, answers, name } of phases) {
        calls.enter(name, ({ from }) => ({ kind: "all", by: answers[from as ClusterName] }));
        await act();
        await calls.untilReached(learnedWithinMs);
      }
      const figures = (await calls.end()).filter(({ phase }) => phase !== "beforehand");
      const wrong = figures.filter(({ calls: made, failed }) => made === 0 || failed > 0);
      assert.deepEqual(wrong, []);
    });
  },
);
