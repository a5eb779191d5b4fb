import { z } from "zod";
import {
  listed,
  overlap,
  parseRange,
  type AddressRange,
  type ClusterPlan,
  type MeshPlan,
  type Problem,
} from "../../topology";
import type { ApiServer } from "../../access/connection/api-server";
import { ConnectionError } from "../../access/connection/connection-error";
import { readJson } from "./permissions";

/** Address ranges that a cluster itself says; a list is empty where it says none. */
export interface ReadRanges {
  readonly pods: readonly string[];
  readonly services: readonly string[];
}

/** What a cluster said of its ranges, and what kept it from saying more. */
export interface RangeFindings {
  readonly ranges: ReadRanges;
  readonly warnings: readonly Problem[];
}

/**
 * One page of nodes: pods of the others lie in the same range of the cluster, and a node is some 15 kB with its list of
 * images.
 */
const nodesPath = "/api/v1/nodes?limit=100";

/** Kubernetes 1.33 and later; in older ones it is not there. */
const serviceRangesPath = "/apis/networking.k8s.io/v1/servicecidrs";

const nodesSchema = z.object({
  items: z.array(
    z.object({ spec: z.object({ podCIDR: z.string().optional(), podCIDRs: z.array(z.string()).optional() }) }),
  ),
});

const serviceRangesSchema = z.object({
  items: z.array(z.object({ spec: z.object({ cidrs: z.array(z.string()) }) })),
});

/**
 * Asks a cluster for the ranges that the configuration does not give and that must not overlap another cluster's. What it
 * may not or does not say is not known, which stops nobody.
 */
export async function readRanges(mesh: MeshPlan, cluster: ClusterPlan, server: ApiServer): Promise<RangeFindings> {
  const { network, ranges } = cluster;
  const sharesNetwork = mesh.clusters.some((other) => other.name !== cluster.name && other.network === network);
  const [nodes, serviceRanges] = await Promise.all([
    sharesNetwork && ranges.pods === undefined ? listOf(server, nodesPath) : nothingAsked,
    sharesNetwork && ranges.services === undefined ? listOf(server, serviceRangesPath) : nothingAsked,
  ]);
  const readNodes = nodesSchema.safeParse(nodes.content);
  const readServices = serviceRangesSchema.safeParse(serviceRanges.content);
  const pods = (readNodes.data?.items ?? []).flatMap(
    ({ spec: { podCIDR, podCIDRs } }) => podCIDRs ?? (podCIDR === undefined ? [] : [podCIDR]),
  );
  const services = (readServices.data?.items ?? []).flatMap(({ spec: { cidrs } }) => cidrs);
  const warnings = [
    ...(nodes.failure === undefined ? [] : [notRead(cluster, "pods", "nodes", nodes.failure)]),
    ...(serviceRanges.failure === undefined
      ? []
      : [notRead(cluster, "services", "servicecidrs", serviceRanges.failure)]),
  ];
  return { ranges: { pods, services }, warnings };
}

interface List {
  readonly content?: unknown;
  /** Why there is none, other than that the cluster does not know of any. */
  readonly failure?: string;
}

const nothingAsked: List = {};

async function listOf(server: ApiServer, path: string): Promise<List> {
  try {
    const { status, body } = await server.ask(path);
    if (status === 200) return { content: readJson(body) };
    return status === 404 ? {} : { failure: `the answer ${status}${status === 403 ? " Forbidden" : ""}` };
  } catch (error) {
    // The cluster answers other questions: a list that takes too long is no reason to call it unreachable.
    if (error instanceof ConnectionError) return { failure: `no answer (${error.code})` };
    throw error;
  }
}

function notRead({ network, path }: ClusterPlan, kind: keyof ReadRanges, resource: string, found: string): Problem {
  return {
    path: `${path}.ranges.${kind}`,
    expected: `a list of the cluster's ${resource}, to compare its ranges with those of the other clusters on network ${network}`,
    found,
    fix: `Give the ranges of its ${kind} here, or let the context's user list ${resource}; until then they are not compared.`,
  };
}

interface KnownRange {
  readonly cluster: ClusterPlan;
  readonly kind: keyof ReadRanges;
  readonly text: string;
  readonly range: AddressRange;
  readonly source: "given" | "read";
}

/**
 * Ranges of two clusters on one network that have an address in common: packets for it would reach either. Those that the
 * configuration gives were compared with each other before.
 * @param read What the clusters said, by cluster.
 */
export function overlappingRanges(mesh: MeshPlan, read: ReadonlyMap<string, ReadRanges>): Problem[] {
  const byNetwork = new Map<string, KnownRange[]>();
  for (const cluster of mesh.clusters) {
    const known = byNetwork.get(cluster.network) ?? [];
    byNetwork.set(cluster.network, known);
    for (const kind of ["pods", "services"] as const) {
      const given = cluster.ranges[kind];
      known.push(
        ...knownRanges(cluster, kind, given ?? read.get(cluster.name)?.[kind] ?? [], given ? "given" : "read"),
      );
    }
  }
  return [...byNetwork.values()].flatMap(overlapsAmong);
}

function knownRanges(
  cluster: ClusterPlan,
  kind: keyof ReadRanges,
  texts: readonly string[],
  source: KnownRange["source"],
): KnownRange[] {
  return texts.flatMap((text) => {
    const range = parseRange(text);
    return range === undefined ? [] : [{ cluster, kind, text, range, source }];
  });
}

/** One problem for each cluster that overlaps one with an earlier name, whatever the number of its nodes. */
function overlapsAmong(known: readonly KnownRange[]): Problem[] {
  const found = new Map<ClusterPlan, Map<ClusterPlan, readonly [own: KnownRange, other: KnownRange]>>();
  let open: KnownRange[] = [];
  for (const range of [...known].sort(byPlace)) {
    open = open.filter((earlier) => overlap(earlier.range, range.range));
    for (const earlier of open) {
      const isNews = earlier.cluster !== range.cluster && (earlier.source === "read" || range.source === "read");
      if (!isNews) continue;
      const [other, own] = earlier.cluster.name < range.cluster.name ? [earlier, range] : [range, earlier];
      const overlaps = found.get(own.cluster) ?? new Map<ClusterPlan, readonly [KnownRange, KnownRange]>();
      found.set(own.cluster, overlaps);
      if (!overlaps.has(other.cluster)) overlaps.set(other.cluster, [own, other]);
    }
    open.push(range);
  }
  return [...found].map(([cluster, overlaps]) => overlapProblem(cluster, [...overlaps.values()]));
}

/** Ranges in the order of their first addresses, so that those that overlap a range are among the ones still open. */
function byPlace(left: KnownRange, right: KnownRange): number {
  if (left.range.family !== right.range.family) return left.range.family - right.range.family;
  if (left.range.first !== right.range.first) return left.range.first < right.range.first ? -1 : 1;
  return 0;
}

function overlapProblem(
  { network, path }: ClusterPlan,
  overlaps: readonly (readonly [own: KnownRange, other: KnownRange])[],
): Problem {
  const given = overlaps.find(([own]) => own.source === "given")?.[0];
  const words = overlaps.map(
    ([own, other]) => `${own.text} (${own.kind}) overlaps ${other.text} (${other.kind} of ${other.cluster.name})`,
  );
  return {
    path: given === undefined ? `${path}.network` : `${path}.ranges.${given.kind}`,
    expected: `ranges apart from those of the other clusters on network ${network}`,
    found: listed(words, 3),
    fix: "Give the clusters ranges of their own, or put them on networks of their own; if what was read from a cluster is wrong, state its `ranges`.",
  };
}
