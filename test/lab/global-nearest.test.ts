import { helloPorts, replaceClient, restartServers, scaleServers } from "./hello-server";
import { kubectl, WrittenStack } from "./lab-stack";
import { losesNoCall, type Phase } from "./shape-trial";
import {
  allThere,
  clusterNames,
  clusters,
  deployEverywhere,
  namespace,
  namespaces,
  serverOf,
  threeClusters,
  type ClusterName,
} from "./three-clusters";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-global-nearest");

const service = "tickets";
const pods = { namespace, selector: { app: service }, ports: helloPorts };
const nearest = "tickets.nearest.internal";
const next = "tickets.next.internal";

/** West is elsewhere by its network, and near to east by its region; branch the other way round. */
const near = {
  east: { region: "eu-west", zone: "eu-west-a" },
  branch: { region: "us-east", zone: "us-east-a" },
  west: { region: "eu-west", zone: "eu-west-b" },
} as const;

/** Each in a region of its own. */
const apart = { ...near, west: { region: "ap-south", zone: "ap-south-a" } } as const;

interface Place {
  readonly region: string;
  readonly zone: string;
}

/** Says where the nodes of clusters are. Pods that run already, and their proxies, are where they were. */
async function place(places: Readonly<Record<ClusterName, Place>>): Promise<void> {
  await Promise.all(
    clusterNames.map((cluster) => {
      const { region, zone } = places[cluster];
      const labels = [`topology.kubernetes.io/region=${region}`, `topology.kubernetes.io/zone=${zone}`];
      return kubectl(cluster, "label", "nodes", "--all", "--overwrite", ...labels);
    }),
  );
}

/** Servers of east go, and then those of the cluster that took its calls. */
function goneOneAfterTheOther(second: ClusterName, last: ClusterName): readonly Phase<ClusterName>[] {
  return [
    { name: "beforehand", answers: allThere, act: () => Promise.resolve() },
    {
      name: "east scaled to 0",
      answers: { ...allThere, east: second },
      act: () => scaleServers(serverOf(service, "east", 0)),
    },
    {
      name: `${second} scaled to 0 too`,
      answers: { ...allThere, east: last, [second]: last },
      act: () => scaleServers(serverOf(service, second, 0)),
    },
    {
      name: `${second} scaled back`,
      answers: { ...allThere, east: second },
      act: () => scaleServers(serverOf(service, second, 1)),
    },
    { name: "east scaled back", answers: allThere, act: () => scaleServers(serverOf(service, "east", 1)) },
  ];
}

describeInTurn("global-nearest", "a global service that is called by region and zone, on the lab", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    const globalServices = {
      services: {
        [service]: { ...pods, name: nearest, order: "nearest" as const },
        "tickets-next": { ...pods, name: next, order: "nearest" as const, nextRegion: { "eu-west": "ap-south" } },
      },
    };
    stack.write({ clusters, namespaces, globalServices });
    await stack.labUp();
    await place(near);
    await stack.up();
    await deployEverywhere(service);
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("is answered in the caller's zone, then in its region on another network, then in another region", async () => {
    await losesNoCall(threeClusters, nearest, goneOneAfterTheOther("west", "branch"));
  });

  it("is answered in the region that comes next before one on the same network", async () => {
    await place(apart);
    await Promise.all(
      clusterNames.flatMap((cluster) => [
        restartServers(serverOf(service, cluster, 1)),
        replaceClient(cluster, namespace),
      ]),
    );
    await losesNoCall(threeClusters, next, goneOneAfterTheOther("west", "branch"));
  });
});
