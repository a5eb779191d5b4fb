import type { MeshConfig } from "../../topology";
import { deployClient, deployServer, helloPorts, restartServers, scaleServers, type HelloServer } from "./hello-server";
import { WrittenStack } from "./lab-stack";
import { losesNoCall, type Phase, type Shape } from "./shape-trial";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-global-external");

/** Two clusters on two networks, served by an istiod in a third one, which has its configuration in east. */
const clusters = {
  east: { network: "east", controlPlane: "control", access: { context: "lab-east" } },
  west: { network: "west", controlPlane: "control", access: { context: "lab-west" } },
} as const;
const externalControlPlanes = { control: { access: { context: "lab-control" }, configCluster: "east" } } as const;
type ClusterName = keyof typeof clusters;

const twoClusters: Shape<ClusterName> = {
  clusters: ["east", "west"],
  namespace: "shop",
  entryOf: () => "east",
};
const { namespace } = twoClusters;

const common = { namespace, ports: helloPorts };
/** One that is in both clusters, and one in the cluster without anything of an istiod. */
const globalServices = {
  names: "{service}.shop.internal",
  services: {
    orders: { ...common, selector: { app: "orders" } },
    invoices: { ...common, selector: { app: "invoices" }, clusters: { west: {} } },
  },
} satisfies MeshConfig["globalServices"];

const serverOf = (name: keyof typeof globalServices.services, cluster: ClusterName, replicas: number): HelloServer => ({
  cluster,
  namespace,
  name,
  replicas,
});

const allThere: Phase<ClusterName>["answers"] = { east: "east", west: "west" };
const inWest: Phase<ClusterName>["answers"] = { east: "west", west: "west" };

describeInTurn(
  "global-external",
  "a global service with an external control plane and a stack per cluster, on the lab",
  function () {
    this.timeout(10 * 60_000);

    before(async () => {
      stack.write({
        clusters,
        externalControlPlanes,
        globalServices,
        namespaces: { [namespace]: {} },
        stacks: "per-cluster",
      });
      await stack.labUp();
      await stack.up();
      await Promise.all([
        ...twoClusters.clusters.map((cluster) => deployClient(cluster, namespace)),
        ...twoClusters.clusters.map((cluster) => deployServer(serverOf("orders", cluster, 1))),
        deployServer(serverOf("invoices", "west", 1)),
      ]);
    });

    after(async () => {
      await stack.destroy();
      stack.remove();
    });

    it("is answered in the caller's cluster, then elsewhere, and comes back, without losing a call", async () => {
      await losesNoCall(twoClusters, "orders.shop.internal", [
        { name: "beforehand", answers: allThere, act: () => Promise.resolve() },
        { name: "east scaled to 0", answers: inWest, act: () => scaleServers(serverOf("orders", "east", 0)) },
        { name: "east scaled back", answers: allThere, act: () => scaleServers(serverOf("orders", "east", 1)) },
      ]);
    });

    it("is answered where it stands in a cluster without an istiod alone", async () => {
      await losesNoCall(twoClusters, "invoices.shop.internal", [
        { name: "beforehand", answers: inWest, act: () => Promise.resolve() },
        { name: "restarted", answers: inWest, act: () => restartServers(serverOf("invoices", "west", 1)) },
      ]);
    });
  },
);
