import type { ControlPlaneOfGraph, DrawnMesh, GatewayOfGraph } from "./graph";

/** What a drawing of a mesh shows, before anything has its place. Plain data. */
export interface Drawing {
  /** Networks, clusters without one, in the order in which they are read. */
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** A box, with what stands in it. */
export interface Box {
  readonly id: string;
  readonly kind: BoxKind;
  readonly title: string;
  /** What is said of it below its title, a line each. */
  readonly rows: readonly string[];
  /** How it stands. Default: nobody has looked. */
  readonly order?: OrderOfNote;
  readonly boxes: readonly Box[];
}

/** What a box is. */
export type BoxKind = "network" | "cluster" | "istiod" | "gateway" | "machine";

/** A line between two boxes, named by their ids. */
export interface Line {
  readonly kind: LineKind;
  readonly from: string;
  readonly to: string;
  /** Whether it leads both ways. */
  readonly isMutual: boolean;
  /** What it says, as a sentence: `east and west read each other`. */
  readonly words: string;
}

/** `serves`: an istiod and what it serves. `reads`: an istiod and an API server. `calls`: a network and a gateway. */
export type LineKind = "serves" | "reads" | "calls" | "configures";

/** What somebody has seen of a cluster, to stand in its boxes. */
export interface ClusterNote {
  readonly order: OrderOfNote;
  /** Of its istiod, a line each: `signs until 2027-11-01`. */
  readonly istiod: readonly string[];
  /** Addresses of its east-west gateway. Default: those of the configuration. */
  readonly gatewayAddresses?: readonly string[];
}

/** `wrong`: something is wrong with it. `unseen`: it could not be looked at. */
export type OrderOfNote = "well" | "wrong" | "unseen";

/**
 * So many lines of one kind begin or end at one thing: of more, each crosses others, and the box says in words what they would.
 * Four primaries that all read each other would be six lines, and twelve calls.
 */
const mostLines = 2;

/** So many names are said in a box, of more only how many. */
const mostNames = 4;

/**
 * What is drawn of a mesh. Pure.
 * @param notes What was seen of clusters, by their names. Default: nobody has looked.
 */
export function drawingOf(graph: DrawnMesh, notes: ReadonlyMap<string, ClusterNote> = new Map()): Drawing {
  const boxes = [
    ...graph.externalControlPlanes.map((name) => clusterBox(graph, notes, name)),
    ...graph.networks.map(({ clusters, machines, name }): Box => ({
      id: networkId(name),
      kind: "network",
      title: `network ${name}`,
      rows: [],
      boxes: [
        ...clusters.map((cluster) => clusterBox(graph, notes, cluster)),
        ...machines.map((machine) => machineBox(graph, machine)),
      ],
    })),
  ];
  // A mesh that somebody has written down may name what it does not have.
  const ids = new Set(idsIn(boxes));
  const lines = [
    ...graph.controlPlanes.flatMap((controlPlane) => serveLines(graph, controlPlane)),
    ...readLines(graph),
    ...graph.gateways.flatMap(callLines),
  ];
  return { boxes, lines: lines.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

/** Ids of boxes and all that stands in them, in the order in which they are read. */
export function idsIn(boxes: readonly Box[]): string[] {
  return boxes.flatMap(({ boxes: inner, id }) => [id, ...idsIn(inner)]);
}

function clusterBox(graph: DrawnMesh, notes: ReadonlyMap<string, ClusterNote>, name: string): Box {
  const cluster = graph.clusters.find((one) => one.name === name);
  const controlPlane = graph.controlPlanes.find((one) => one.cluster === name);
  const gateway = graph.gateways.find((one) => one.cluster === name);
  const server = graph.controlPlanes.find(({ serves }) => serves.includes(name))?.cluster;
  const note = notes.get(name);
  return {
    id: clusterId(name),
    kind: "cluster",
    title: name,
    rows: [
      ...(cluster === undefined ? ["control plane alone"] : []),
      ...(cluster?.role === "remote" && server !== undefined ? [`remote of ${server}`] : []),
    ],
    ...(note === undefined ? {} : { order: note.order }),
    boxes: [
      ...(controlPlane === undefined ? [] : [istiodBox(graph, controlPlane, note)]),
      ...(gateway === undefined ? [] : [gatewayBox(graph, gateway, note)]),
    ],
  };
}

function istiodBox(graph: DrawnMesh, controlPlane: ControlPlaneOfGraph, note: ClusterNote | undefined): Box {
  const { cluster, reads } = controlPlane;
  const others = graph.clusters.filter(({ name }) => name !== cluster).map(({ name }) => name);
  const served = servedOthers(graph, controlPlane);
  return {
    id: istiodId(cluster),
    kind: "istiod",
    title: "istiod",
    rows: [
      ...(note?.istiod ?? []),
      ...(isDrawn(served) ? [] : [`serves ${namesOrCount(served, "others")}`]),
      ...(isDrawn(reads) ? [] : [`reads ${allOr(reads, others, "all other clusters", "clusters")}`]),
    ],
    boxes: [],
  };
}

function gatewayBox(
  graph: DrawnMesh,
  { addresses: fixed = [], calledFrom, cluster, port }: GatewayOfGraph,
  note: ClusterNote | undefined,
): Box {
  const addresses = note?.gatewayAddresses ?? fixed;
  const own = graph.clusters.find(({ name }) => name === cluster)?.network;
  const others = graph.networks.map(({ name }) => name).filter((name) => name !== own);
  return {
    id: gatewayId(cluster),
    kind: "gateway",
    title: "east-west gateway",
    rows: [
      ...(addresses.length === 0 ? [`port ${port}`] : addresses.map((address) => `${address}, port ${port}`)),
      ...(isDrawn(calledFrom) ? [] : [`called from ${allOr(calledFrom, others, "all other networks", "networks")}`]),
    ],
    boxes: [],
  };
}

function machineBox({ machines }: DrawnMesh, name: string): Box {
  const cluster = machines.find((machine) => machine.name === name)?.cluster;
  const rows = ["machine", ...(cluster === undefined ? [] : [`joined to ${cluster}`])];
  return { id: machineId(name), kind: "machine", title: name, rows, boxes: [] };
}

/** Clusters and machines elsewhere that an istiod serves, by the ids of their boxes. */
function servedOthers({ machines }: DrawnMesh, { cluster, serves }: ControlPlaneOfGraph): Served[] {
  return [
    ...serves.filter((name) => name !== cluster).map((name) => ({ id: clusterId(name), name })),
    ...machines.filter((machine) => machine.cluster === cluster).map(({ name }) => ({ id: machineId(name), name })),
  ];
}

interface Served {
  readonly id: string;
  readonly name: string;
}

function serveLines(graph: DrawnMesh, controlPlane: ControlPlaneOfGraph): Line[] {
  const { cluster, configCluster, kind } = controlPlane;
  const served = servedOthers(graph, controlPlane);
  const from = istiodId(cluster);
  return [
    ...(isDrawn(served) ? served : []).map(({ id, name }): Line => {
      return { kind: "serves", from, to: id, isMutual: false, words: `the istiod of ${cluster} serves ${name}` };
    }),
    ...(kind === "primary"
      ? []
      : [
          {
            kind: "configures",
            from: clusterId(configCluster),
            to: from,
            isMutual: false,
            words: `${configCluster} holds the configuration of the istiod of ${cluster}`,
          } as const,
        ]),
  ];
}

/** Two that read each other are one line. */
function readLines({ controlPlanes }: DrawnMesh): Line[] {
  const drawn = controlPlanes.filter(({ reads }) => isDrawn(reads));
  const isRead = (reader: string, read: string): boolean =>
    drawn.some(({ cluster, reads }) => cluster === reader && reads.includes(read));
  return drawn.flatMap(({ cluster, reads }) =>
    reads
      .filter((read) => read !== cluster && !(isRead(read, cluster) && read < cluster))
      .map((read): Line => {
        const isMutual = isRead(read, cluster);
        return {
          kind: "reads",
          from: istiodId(cluster),
          to: isMutual ? istiodId(read) : clusterId(read),
          isMutual,
          words: isMutual
            ? `the istiods of ${cluster} and ${read} read each other's API server`
            : `the istiod of ${cluster} reads the API server of ${read}`,
        };
      }),
  );
}

function callLines({ calledFrom, cluster }: GatewayOfGraph): Line[] {
  return (isDrawn(calledFrom) ? calledFrom : []).map((network) => ({
    kind: "calls",
    from: networkId(network),
    to: gatewayId(cluster),
    isMutual: false,
    words: `network ${network} calls through the gateway of ${cluster}`,
  }));
}

function isDrawn(others: readonly unknown[]): boolean {
  return others.length <= mostLines;
}

function allOr(names: readonly string[], others: readonly string[], all: string, noun: string): string {
  return others.every((name) => names.includes(name))
    ? all
    : namesOrCount(
        names.map((name) => ({ name })),
        noun,
      );
}

function namesOrCount(things: readonly { readonly name: string }[], noun: string): string {
  return things.length <= mostNames ? things.map(({ name }) => name).join(", ") : `${things.length} ${noun}`;
}

const clusterId = (name: string): string => `cluster ${name}`;
const istiodId = (name: string): string => `istiod ${name}`;
const gatewayId = (name: string): string => `gateway ${name}`;
const machineId = (name: string): string => `machine ${name}`;
const networkId = (name: string): string => `network ${name}`;
