import { createColors } from "picocolors";
import type {
  CertificateEnd,
  ClusterOrder,
  GatewayStatus,
  IstiodStatus,
  MeshClusterStatus,
  MeshStatus,
} from "../operations/deployment";
import { endWords } from "../trust";
import type { Style } from "./verify-table";

const words: Record<ClusterOrder, string> = {
  "in-order": "ok    ",
  warning: "WARN  ",
  trouble: "FAIL  ",
  silent: "SILENT",
  "left-out": "silent",
};
const symbols: Record<ClusterOrder, string> = {
  "in-order": "✓",
  warning: "!",
  trouble: "✗",
  silent: "✗",
  "left-out": "-",
};

/** What a line of a cluster begins with. */
const indent = "      ";

/** Some lines for the mesh and for each cluster; what is wrong comes last, and is counted. Pure. */
export function statusTable(report: MeshStatus, style: Style): string {
  const paint = createColors(style.colour);
  const colours: Record<ClusterOrder, (text: string) => string> = {
    "in-order": paint.green,
    warning: paint.yellow,
    trouble: paint.red,
    silent: paint.red,
    "left-out": paint.yellow,
  };
  const lines = report.clusters.flatMap((cluster) => {
    const { status, troubles, unread, warnings } = cluster;
    const colour = colours[status];
    return [
      `${colour(style.symbols ? symbols[status] : words[status])} ${cluster.cluster} ${paint.dim(`(${placeWords(cluster)})`)}`,
      ...factLines(report, cluster).map((line) => `${indent}${line}`),
      ...troubles.map((trouble) => `${indent}${colour(status === "left-out" ? "left out" : "wrong")}: ${trouble}`),
      ...warnings.map((warning) => `${indent}${paint.yellow("soon")}: ${warning}`),
      ...unread.map((one) => `${indent}not known: ${one}`),
    ];
  });
  return [
    `Mesh ${report.mesh}, trust domain ${report.trustDomain}, Istio ${report.istio.version}`,
    `Networks: ${report.networks.map(({ clusters, name }) => `${name} (${clusters.join(", ")})`).join("; ")}`,
    "",
    ...lines,
    "",
    lastLine(report),
    "",
  ].join("\n");
}

function placeWords({ cluster, controlPlane, kubernetes, network, role }: MeshClusterStatus): string {
  return [
    ...(role === "external" ? ["control plane alone"] : [role, `network ${network ?? ""}`]),
    ...(controlPlane === undefined || controlPlane === cluster ? [] : [`istiod of ${controlPlane}`]),
    ...(kubernetes === undefined ? [] : [`Kubernetes ${kubernetes}`]),
  ].join(", ");
}

function factLines({ istio }: MeshStatus, cluster: MeshClusterStatus): string[] {
  const { eastWestGateway, exposedIstiod, intermediate, istiods = [], readerToken, reads, root } = cluster;
  return [
    ...istiods.map((istiod) => `istiod   ${istiodWords(istiod, istio)}`),
    ...(reads === undefined ? [] : [`reads    ${reads.map(readWords).join(", ")}`]),
    ...(eastWestGateway === undefined ? [] : [`gateway  ${gatewayWords(eastWestGateway)}`]),
    ...(exposedIstiod === undefined
      ? []
      : [`exposed  istiod-exposed at ${listOr(exposedIstiod.addresses, "no address")}`]),
    ...(root === undefined ? [] : [`root     ${until(root)}`]),
    ...(intermediate === undefined ? [] : [`signs    ${until(intermediate)}`]),
    ...(readerToken === undefined
      ? []
      : [`token    ${readerToken.name}, ${readerToken.ageDays} ${readerToken.ageDays === 1 ? "day" : "days"} old`]),
  ];
}

function istiodWords({ available, name, replicas, version }: IstiodStatus, istio: MeshStatus["istio"]): string {
  return `${name}, ${available} of ${replicas} available${version === undefined ? "" : `, ${versionWords(version, istio)}`}`;
}

function versionWords(running: string, { tag, version }: MeshStatus["istio"]): string {
  // A registry of one's own may have tags that say no version.
  if (running === tag || running === version) return `Istio ${version}`;
  return `Istio ${running}, where the configuration has ${tag}`;
}

function readWords({ cluster, isSynced }: NonNullable<MeshClusterStatus["reads"]>[number]): string {
  return `${cluster} ${isSynced ? "synced" : "not synced"}`;
}

function gatewayWords({ addresses, isReady, port, services }: GatewayStatus): string {
  const at = listOr(addresses, "no address");
  return `${listOr(services, "none")} at ${at}, port ${port}, ${isReady ? "ready" : "not ready"}`;
}

function until({ daysLeft, name, notAfter }: CertificateEnd): string {
  return `${name} ${endWords(new Date(notAfter), daysLeft)}`;
}

function listOr(names: readonly string[], otherwise: string): string {
  return names.length === 0 ? otherwise : names.join(", ");
}

function lastLine({ clusters }: MeshStatus): string {
  const count = (...of: readonly ClusterOrder[]): number => clusters.filter(({ status }) => of.includes(status)).length;
  const bad = clusters
    .filter(({ status }) => status === "trouble" || status === "silent")
    .map(({ cluster }) => cluster);
  const counts = [
    `${clusters.length} ${clusters.length === 1 ? "cluster" : "clusters"}`,
    ...(bad.length === 0 ? ["all in order"] : [`not in order: ${bad.join(", ")}`]),
    ...(count("warning") === 0 ? [] : [`${count("warning")} with a warning`]),
    ...(count("left-out") === 0 ? [] : [`${count("left-out")} left out`]),
  ];
  return counts.join("; ");
}
