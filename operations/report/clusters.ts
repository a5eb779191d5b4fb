import { isReady, podsLabelled, tagOf, type ClusterSnapshot, type MeshSnapshot, type Snapshot } from "../../diagnosis";
import { eastWestGatewayName, istiodContainer } from "../../topology";
import type { DoctorReport } from "../doctor";
import type { DrawnMesh } from "../graph";
import type { VerifyReport } from "../verify";
import { signsUntil } from "./certificates";

/** How a cluster stands. What was not seen of it is left out. */
export interface ClusterOfReport {
  readonly cluster: string;
  readonly order: ClusterOrderOfReport;
  /** Left out for one that only runs a control plane. */
  readonly network?: string;
  readonly role: "primary" | "remote" | "external";
  /** The cluster whose istiod serves it. */
  readonly controlPlane?: string;
  readonly istiod?: IstiodOfReport;
  /** When the first of the chain ends by which its istiod signs, RFC 3339. */
  readonly signsUntil?: string;
  /** How far its istiods are with the clusters that they are to read. */
  readonly reads?: readonly { readonly cluster: string; readonly isSynced: boolean }[];
  readonly gateway?: GatewayOfReport;
}

/** `wrong`: a cause that is found is about it, or a check of it alone fails. `unseen`: nobody could look at it. */
export type ClusterOrderOfReport = "well" | "wrong" | "unseen";

/** The pods of istiod in a cluster. */
export interface IstiodOfReport {
  readonly pods: number;
  readonly readyPods: number;
  /** Tags of their images; more than one while an upgrade is under way. */
  readonly versions: readonly string[];
}

/** An east-west gateway. */
export interface GatewayOfReport {
  /** Those of the configuration, else of its load balancer; empty where it has none. */
  readonly addresses: readonly string[];
  readonly port: number;
}

/** How every cluster stands, those without a network last. Pure. */
export function clustersOf(
  { clusters: seen, mesh }: MeshSnapshot,
  graph: DrawnMesh,
  doctor: DoctorReport,
  verify: VerifyReport | undefined,
): ClusterOfReport[] {
  const wrong = wrongClusters(doctor, verify);
  const orderOf = (cluster: ClusterSnapshot | undefined, name: string): ClusterOrderOfReport => {
    if (wrong.has(name)) return "wrong";
    return cluster === undefined || cluster.trouble !== undefined ? "unseen" : "well";
  };
  const names = [...graph.clusters.map(({ name }) => name), ...graph.externalControlPlanes];
  return names.map((name): ClusterOfReport => {
    const cluster = seen.find((one) => one.cluster === name);
    const drawn = graph.clusters.find((one) => one.name === name);
    const facts = mesh.clusters.find((one) => one.name === name);
    const controlPlane = mesh.controlPlanes.find((one) => one.name === name);
    const istiod = cluster?.system === undefined || controlPlane === undefined ? undefined : istiodIn(cluster.system);
    const until = cluster === undefined ? undefined : signsUntil(cluster);
    return {
      cluster: name,
      order: orderOf(cluster, name),
      role: drawn?.role ?? "external",
      ...(drawn === undefined ? {} : { network: drawn.network }),
      ...(facts === undefined ? {} : { controlPlane: facts.controlPlane }),
      ...(istiod === undefined ? {} : { istiod }),
      ...(until === undefined ? {} : { signsUntil: until }),
      ...(cluster?.istiods === undefined || controlPlane === undefined
        ? {}
        : { reads: controlPlane.reads.map((read) => ({ cluster: read, isSynced: isSynced(cluster, read) })) }),
      ...(facts?.eastWestGateway === undefined ? {} : { gateway: gatewayOf(facts.eastWestGateway, cluster?.system) }),
    };
  });
}

/**
 * Clusters that a cause is about, or a check of them alone: of calls that nobody answers either end may be to blame. What an
 * istiod does not read is wrong in the cluster of the istiod, which is named first.
 */
function wrongClusters({ causes }: DoctorReport, verify: VerifyReport | undefined): Set<string> {
  const failed = (verify?.checks ?? []).filter(({ clusters, status }) => status === "fail" && clusters.length === 1);
  const unaccepted = causes.filter(({ accepted }) => accepted === undefined);
  return new Set(
    [...unaccepted, ...failed].flatMap(({ clusters, id }) =>
      id.startsWith("remote-") ? clusters.slice(0, 1) : clusters,
    ),
  );
}

function istiodIn(system: Snapshot): IstiodOfReport {
  const pods = podsLabelled(system, { app: "istiod" });
  const images = pods.flatMap(({ spec }) => {
    return spec?.containers?.find(({ name }) => name === istiodContainer)?.image ?? [];
  });
  return {
    pods: pods.length,
    readyPods: pods.filter(isReady).length,
    versions: [...new Set(images.map(tagOf))].sort(),
  };
}

/** Every istiod that runs there must have read it. */
function isSynced({ istiods = [] }: ClusterSnapshot, read: string): boolean {
  const answers = istiods.flatMap(({ remotes }) => (remotes === undefined ? [] : [remotes]));
  return (
    answers.length > 0 &&
    answers.every((remotes) => remotes.some(({ id, syncStatus }) => id === read && syncStatus === "synced"))
  );
}

function gatewayOf(
  { addresses, port }: { readonly addresses?: readonly string[]; readonly port: number },
  system: Snapshot | undefined,
): GatewayOfReport {
  if (addresses !== undefined) return { addresses, port };
  const service = system?.services.find(({ metadata }) => metadata?.name === eastWestGatewayName);
  const ingress = (service?.status?.loadBalancer?.ingress ?? []) as readonly Readonly<Record<string, unknown>>[];
  const given = ingress.flatMap(({ hostname, ip }) => [ip, hostname]).filter((one) => typeof one === "string");
  return { addresses: given, port };
}
