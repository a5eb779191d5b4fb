import { setTimeout as delay } from "node:timers/promises";
import type { MeshConfig } from "../../topology";
import { deployServer, helloPorts, restartServers, scaleServers } from "./hello-server";
import { WrittenStack } from "./lab-stack";
import { losesNoCall, type Phase } from "./shape-trial";
import {
  allThere,
  answeredBy,
  clusters,
  deployEverywhere,
  namespace,
  namespaces,
  serverOf,
  threeClusters,
  type ClusterName,
} from "./three-clusters";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-global-shapes");

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

const phases: readonly Phase<ClusterName>[] = [
  { name: "beforehand", answers: allThere, act: () => Promise.resolve() },
  { name: "all there", answers: allThere, act: () => delay(2_000) },
  {
    name: "east scaled to 0",
    answers: { east: "branch", branch: "branch", west: "west" },
    act: () => scaleServers(serverOf(service, "east", 0)),
  },
  {
    name: "branch scaled to 0 too",
    answers: { east: "west", branch: "west", west: "west" },
    act: () => scaleServers(serverOf(service, "branch", 0)),
  },
  {
    name: "branch scaled back",
    answers: { east: "branch", branch: "branch", west: "west" },
    act: () => scaleServers(serverOf(service, "branch", 1)),
  },
  { name: "east scaled back", answers: allThere, act: () => scaleServers(serverOf(service, "east", 1)) },
];

const movesTo = async (...homes: ClusterName[]): Promise<void> => {
  stack.write(meshWith(homes));
  await stack.up();
};

const movingPhases: readonly Phase<ClusterName>[] = [
  { name: "beforehand", answers: answeredBy("west"), act: () => Promise.resolve() },
  {
    name: "in the remote too",
    answers: { east: "branch", branch: "branch", west: "west" },
    act: async () => {
      await deployServer(serverOf(moving, "branch", 1));
      await movesTo("west", "branch");
    },
  },
  { name: "in the remote alone", answers: answeredBy("branch"), act: () => movesTo("branch") },
  {
    name: "gone from the primary",
    answers: answeredBy("branch"),
    act: () => scaleServers(serverOf(moving, "west", 0)),
  },
  {
    name: "made anew in the remote",
    answers: answeredBy("branch"),
    act: () => restartServers(serverOf(moving, "branch", 1)),
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
      await deployEverywhere(service);
    });

    after(async () => {
      await stack.destroy();
      stack.remove();
    });

    it("is answered in the caller's cluster, then on its network, then elsewhere, and comes back, without losing a call", async () => {
      await losesNoCall(threeClusters, host, phases);
    });

    it("moves from a primary into the remote without losing a call", async () => {
      await deployServer(serverOf(moving, "west", 1));
      await losesNoCall(threeClusters, movingHost, movingPhases);
    });
  },
);
