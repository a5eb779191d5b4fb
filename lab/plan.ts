import { ConfigurationError, type Problem } from "../topology/problem";
import { addressesOf, endpoint, type AddressFamily, type ClusterAddresses } from "./addresses";

/** A cluster as the mesh's configuration names it. */
export interface LabCluster {
  readonly name: string;
  readonly network: string;
  /**
   * `none`: an API server with its controllers alone, for many clusters on one machine. Pods are made and never run; their
   * admission webhooks, which no pod would answer, are not asked. Default: `one`.
   */
  readonly nodes?: NodeCount;
  /** Families of all its addresses, the first one first. Default: IPv4 alone. Clusters without one in common do not reach each other. */
  readonly families?: readonly AddressFamily[];
}

/** How many nodes a cluster of the lab has. */
export type NodeCount = "one" | "none";

/** Where packets for another cluster's range go, seen from one cluster. */
export interface Route {
  /** A range in CIDR notation. */
  readonly range: string;
  /** The other cluster's node. */
  readonly via: string;
}

/** One cluster with every address that it uses. Plain data. */
export interface ClusterPlan {
  readonly name: string;
  readonly network: string;
  readonly nodes: NodeCount;
  /** What it has of each family, the first one first: at least one. */
  readonly families: readonly FamilyPlan[];
  /** Decides all addresses; kept for as long as the cluster lives, whatever clusters join or leave. */
  readonly index: number;
  /** Network namespace, as `ip netns` knows it. */
  readonly namespace: string;
  /** The cluster's plug in the bridge's namespace. Made of the index: an interface's name has at most 15 characters. */
  readonly port: string;
  /** The kubeconfig context. */
  readonly context: string;
  readonly nodeName: string;
  /** This and the following addresses are of the first family. */
  readonly nodeAddress: string;
  /**
   * Follows from the node's address, as in nature it does not: what the other clusters remember of that address stays
   * right when a new cluster takes a former one's place. Else their packets to it are lost for ten seconds.
   */
  readonly hardwareAddress: string;
  readonly apiServer: string;
  /** The ranges of all families, with commas between them, as Kubernetes' flags have them. */
  readonly podRange: string;
  readonly serviceRange: string;
  readonly dnsService: string;
  /** First and last address that MetalLB hands out. */
  readonly loadBalancers: string;
}

/** What a cluster has of one family. */
export interface FamilyPlan extends ClusterAddresses {
  readonly family: AddressFamily;
  /** Pod and Service ranges of the other clusters on the same network. */
  readonly routes: readonly Route[];
  /** Destinations that pods reach under their own address: their own range and those of the network's other clusters. */
  readonly withoutNat: readonly string[];
}

/** The whole lab, derived from the clusters alone. */
export interface LabPlan {
  /** Sorted by name. */
  readonly clusters: readonly ClusterPlan[];
}

/** The machine's interface into the lab, and the bridge and its namespace behind it. */
export const bridgeName = "isthmus0";
/** 10.200.0.0 and up leave room for 56 service ranges; pods and nodes would allow as many. */
export const maximumClusters = 56;

/**
 * Derives every name, address and route.
 * @param clusters in any order.
 * @param indices what clusters of a standing lab have already; they keep it. New ones take the lowest free index in the order of their names.
 * @throws ConfigurationError with every problem.
 */
export function planLab(clusters: readonly LabCluster[], indices: Readonly<Record<string, number>> = {}): LabPlan {
  const problems = findProblems(clusters);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const sorted = [...clusters].sort((a, b) => (a.name < b.name ? -1 : 1));
  const taken = new Set(sorted.map((cluster) => indices[cluster.name]).filter((index) => index !== undefined));
  const placed = sorted.map((cluster) => {
    const index = indices[cluster.name] ?? lowestFree(taken);
    taken.add(index);
    return { ...cluster, index };
  });
  return { clusters: placed.map((cluster) => planCluster(cluster, placed)) };
}

/** A cluster of the lab with the index that it has. */
export interface PlacedCluster extends LabCluster {
  readonly index: number;
}

/**
 * The clusters of a standing lab that stay as they are. One that gets other nodes or families is made anew, with an index
 * as if it had never been there.
 */
export function stayingClusters<Standing extends PlacedCluster>(
  standing: readonly Standing[],
  wanted: readonly LabCluster[],
): Standing[] {
  const kindOf = (cluster: LabCluster): string =>
    JSON.stringify([cluster.name, cluster.nodes ?? "one", familiesOf(cluster)]);
  const kinds = new Set(wanted.map(kindOf));
  return standing.filter((cluster) => kinds.has(kindOf(cluster)));
}

/** The families that a cluster is to have, the first one first. */
const familiesOf = ({ families = ["IPv4"] }: LabCluster): readonly AddressFamily[] => families;

function planCluster(cluster: PlacedCluster, all: readonly PlacedCluster[]): ClusterPlan {
  const { name, network, nodes = "one", index } = cluster;
  const families = familiesOf(cluster).map((family) => planFamily(family, cluster, all));
  const [first] = families;
  if (first === undefined) throw new RangeError(`cluster ${name} has no addresses`);
  return {
    name,
    network,
    nodes,
    families,
    index,
    namespace: `isthmus-${name}`,
    port: `port${index}`,
    context: `lab-${name}`,
    nodeName: name,
    nodeAddress: first.node,
    hardwareAddress: hardwareAddress(index),
    apiServer: `https://${endpoint(first.node, 6443)}`,
    podRange: families.map(({ pods }) => pods).join(),
    serviceRange: families.map(({ services }) => services).join(),
    dnsService: first.dnsService,
    loadBalancers: first.loadBalancers,
  };
}

function planFamily(
  family: AddressFamily,
  { name, network, index }: PlacedCluster,
  all: readonly PlacedCluster[],
): FamilyPlan {
  const addresses = addressesOf(family, index);
  const routes = all
    .filter((other) => other.network === network && other.name !== name && familiesOf(other).includes(family))
    .flatMap((other) => {
      const { node, pods, services } = addressesOf(family, other.index);
      return [pods, services].map((range) => ({ range, via: node }));
    });
  return { family, ...addresses, routes, withoutNat: [addresses.pods, ...routes.map(({ range }) => range)] };
}

/** A locally administered address (IEEE 802: second bit of the first octet). */
const hardwareAddress = (index: number) => `02:00:ac:12:00:${(10 + index).toString(16).padStart(2, "0")}`;

function lowestFree(taken: ReadonlySet<number>): number {
  let index = 0;
  while (taken.has(index)) index++;
  return index;
}

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function findProblems(clusters: readonly LabCluster[]): Problem[] {
  const problems: Problem[] = [];
  if (clusters.length === 0 || clusters.length > maximumClusters) {
    problems.push({
      path: "clusters",
      expected: `1 to ${maximumClusters} clusters on one machine`,
      found: `${clusters.length}`,
      fix: "Choose a stack whose mesh has that many.",
    });
  }
  const names = clusters.map(({ name }) => name);
  for (const [position, name] of names.entries()) {
    if (!dnsLabel.test(name)) {
      problems.push({
        path: `clusters.${name}`,
        expected: "a DNS label: lower-case letters, digits and '-', at most 63 characters",
        found: JSON.stringify(name),
        fix: "Rename the cluster.",
      });
    }
    if (names.indexOf(name) !== position) {
      problems.push({ path: `clusters.${name}`, expected: "one cluster of a name", found: "two", fix: "Rename one." });
    }
  }
  return problems;
}
