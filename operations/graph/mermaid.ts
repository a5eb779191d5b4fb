import type { ControlPlaneOfGraph, GatewayOfGraph, MeshGraph } from "./graph";

/**
 * A picture of a mesh as the text of a Mermaid flowchart, which GitHub and others draw: networks are frames around clusters, an
 * arrow from an istiod is a cluster or machine that it serves, a dotted one an API server that it reads by a remote secret, a
 * thick one calls from another network through an east-west gateway. The same mesh has the same text. Pure.
 */
export function meshMermaid(graph: MeshGraph): string {
  return ["flowchart LR", ...frames(graph), ...arrows(graph), ""].join("\n");
}

/** The most lines between things, and the most characters, that Mermaid draws by itself (its `maxEdges` and `maxTextSize`). */
const drawn = { edges: 500, characters: 50_000 } as const;

/** Whether a page that draws Mermaid, such as GitHub's, draws a picture: larger ones it refuses. Pure. */
export function isDrawable(graph: MeshGraph): boolean {
  // A gateway has one line to its cluster.
  const edges = arrows(graph).length + graph.gateways.length;
  return edges <= drawn.edges && meshMermaid(graph).length <= drawn.characters;
}

function frames(graph: MeshGraph): string[] {
  return [
    ...graph.externalControlPlanes.map((name) => `  ${clusterId(name)}${label(name, "control plane alone")}`),
    ...graph.networks.flatMap((network) => [
      `  subgraph ${networkId(network.name)}${label(`network ${network.name}`)}`,
      ...network.clusters.flatMap((name) => clusterLines(graph, name)),
      ...network.machines.map((name) => `    ${machineId(name)}${label(name, "machine")}`),
      "  end",
    ]),
  ];
}

function arrows(graph: MeshGraph): string[] {
  return [
    ...graph.controlPlanes.flatMap((controlPlane) => servedLines(graph, controlPlane)),
    ...readLines(graph.controlPlanes),
    ...graph.gateways.flatMap(({ calledFrom, cluster }) =>
      calledFrom.map((network) => `  ${networkId(network)} == calls ==> ${gatewayId(cluster)}`),
    ),
  ];
}

function clusterLines({ clusters, gateways }: MeshGraph, name: string): string[] {
  const role = clusters.find((cluster) => cluster.name === name)?.role;
  const gateway = gateways.find(({ cluster }) => cluster === name);
  return [
    `    ${clusterId(name)}${label(name, role === "primary" ? "primary, runs istiod" : "remote")}`,
    ...(gateway === undefined ? [] : gatewayLines(gateway)),
  ];
}

function gatewayLines({ addresses, cluster, port }: GatewayOfGraph): string[] {
  const at = addresses === undefined ? `port ${port}` : `${addresses.join(", ")}, port ${port}`;
  return [
    `    ${gatewayId(cluster)}${label(`gateway of ${cluster}`, at)}`,
    `    ${gatewayId(cluster)} --- ${clusterId(cluster)}`,
  ];
}

/** A primary is in the frame with its own istiod: that it serves itself is no arrow. */
function servedLines({ machines }: MeshGraph, controlPlane: ControlPlaneOfGraph): string[] {
  const { cluster, configCluster, kind, serves } = controlPlane;
  return [
    ...serves
      .filter((served) => served !== cluster)
      .map((served) => `  ${clusterId(cluster)} -- serves --> ${clusterId(served)}`),
    ...machines
      .filter((machine) => machine.cluster === cluster)
      .map(({ name }) => `  ${clusterId(cluster)} -- serves --> ${machineId(name)}`),
    ...(kind === "primary"
      ? []
      : [`  ${clusterId(cluster)} -. takes its configuration from .-> ${clusterId(configCluster)}`]),
  ];
}

/** Two that read each other are one line: in a mesh of primaries every pair does. */
function readLines(controlPlanes: readonly ControlPlaneOfGraph[]): string[] {
  const reads = (reader: string, read: string): boolean =>
    controlPlanes.some((one) => one.cluster === reader && one.reads.includes(read));
  return controlPlanes.flatMap(({ cluster, reads: all }) =>
    all
      .filter((read) => !(reads(read, cluster) && read < cluster))
      .map((read) => {
        const isMutual = reads(read, cluster);
        return `  ${clusterId(cluster)} ${isMutual ? "<-. read each other .->" : "-. reads .->"} ${clusterId(read)}`;
      }),
  );
}

const clusterId = (name: string): string => `cluster_${identifier(name)}`;
const gatewayId = (name: string): string => `gateway_${identifier(name)}`;
const machineId = (name: string): string => `machine_${identifier(name)}`;
const networkId = (name: string): string => `network_${identifier(name)}`;

/** What Mermaid takes for one word, whatever the name has; two names never become one. */
function identifier(name: string): string {
  return name.replace(/[^a-zA-Z0-9]/gu, (character) => `_${(character.codePointAt(0) ?? 0).toString(16)}_`);
}

/** A label in quotes, a line for each text; what would end it, or be markup, is written by its number. */
function label(...lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    line.replace(/[^\p{L}\p{N} .,:/()-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`),
  );
  return `["${escaped.join("<br/>")}"]`;
}
