import { createColors } from "picocolors";
import type {
  CertificateStatus,
  ClusterTrustStatus,
  End,
  LaggingProxy,
  TrustReport,
  TrustState,
} from "../operations/deployment";
import type { Style } from "./verify-table";

const words: Record<TrustState, string> = { settled: "ok    ", behind: "BEHIND", ended: "ENDED ", unread: "UNREAD" };
const symbols: Record<TrustState, string> = { settled: "✓", behind: "!", ended: "✗", unread: "✗" };

/** Proxies that have not followed are named up to so many; `-o json` has all. */
const shownProxies = 5;

/** What a line of a cluster begins with. */
const indent = "      ";

/** Some lines for each cluster: what it trusts, who signs, and what has not followed. Pure. */
export function trustTable(report: TrustReport, style: Style): string {
  const paint = createColors(style.colour);
  const colours: Record<TrustState, (text: string) => string> = {
    settled: paint.green,
    behind: paint.yellow,
    ended: paint.red,
    unread: paint.red,
  };
  const lines = report.clusters.flatMap((cluster) => {
    const { status } = cluster;
    const mark = colours[status](style.symbols ? symbols[status] : words[status]);
    const served =
      cluster.controlPlane === cluster.cluster ? "" : ` ${paint.dim(`(istiod of ${cluster.controlPlane})`)}`;
    return [`${mark} ${cluster.cluster}${served}`, ...linesOf(cluster).map((line) => `${indent}${line}`)];
  });
  const { behind, proxies, unread } = report.summary;
  return [
    ...lines,
    "",
    ...(report.broken === undefined ? [] : [paint.red(`Calls fail: ${report.broken}.`)]),
    `${proxies} proxies, ${behind} of them not as their istiod would have them, ${unread} of these unread`,
    "",
  ].join("\n");
}

function linesOf(cluster: ClusterTrustStatus): string[] {
  const { behind, issuer, istiod, laggingNamespaces, roots, troubles } = cluster;
  return [
    ...roots.map((root) => `trusts   ${certificate(root)}`),
    ...(issuer === undefined
      ? ["signed by a CA that is not known"]
      : [
          `signs    ${certificate(issuer, issuer.keyId)}, ${
            issuer.roots.length === 0
              ? "under no root that is known"
              : `under ${issuer.roots.map(named(roots)).join(" and ")}`
          }`,
        ]),
    ...(istiod === "behind"
      ? ["istiod   has not taken up its Secret cacerts: a change of roots may need its restart"]
      : []),
    `proxies  ${proxyWords(cluster)}`,
    ...behind.slice(0, shownProxies).map((one) => `         ${laggingWords(one)}`),
    ...(behind.length > shownProxies ? [`         and ${behind.length - shownProxies} more`] : []),
    ...(laggingNamespaces.length === 0
      ? []
      : [`other roots in ConfigMap istio-ca-root-cert of ${firstOf(laggingNamespaces).join(", ")}`]),
    ...troubles.map((trouble) => `not read: ${trouble}`),
  ];
}

function certificate(one: CertificateStatus, id = one.fingerprint): string {
  return `${one.subject} (${brief(id)}), ${until(one)}`;
}

/** Roots are told by their fingerprints, and what leads to them by the ids of their keys. */
function named(roots: readonly CertificateStatus[]): (keyId: string) => string {
  return (keyId) => brief(roots.find((root) => root.keyId === keyId)?.fingerprint ?? keyId);
}

function proxyWords({ proxies }: ClusterTrustStatus): string {
  const { count, ended, firstEnd, otherIssuer, otherRoots, unread } = proxies;
  const lagging = [
    [otherIssuer, "with a certificate of another issuer, or of an earlier one"],
    [otherRoots, "with other roots"],
    [ended, "with a certificate that is past its end"],
    [unread, "unread"],
  ] as const;
  const found = lagging.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return [
    `${count}`,
    ...(found.length === 0 ? (count === 0 ? [] : ["all as istiod would have them"]) : found),
    ...(firstEnd === undefined ? [] : [`the first certificate ${until(firstEnd)}`]),
  ].join(", ");
}

function laggingWords({ lacks, namespace, pod, reason }: LaggingProxy): string {
  const what = { issuer: "another issuer", roots: "other roots", unread: "unread" } as const;
  return `${namespace}/${pod}: ${lacks.map((lack) => what[lack]).join(", ")}${reason === undefined ? "" : `: ${reason}`}`;
}

function firstOf(names: readonly string[]): string[] {
  const more = names.length - shownProxies;
  return [...names.slice(0, shownProxies), ...(more > 0 ? [`and ${more} more`] : [])];
}

function until({ daysLeft, notAfter }: End): string {
  const day = notAfter.slice(0, 10);
  if (daysLeft < 0) return `ended on ${day}`;
  return daysLeft === 0
    ? `ends within a day, at ${notAfter}`
    : `ends on ${day}, in ${daysLeft} ${daysLeft === 1 ? "day" : "days"}`;
}

function brief(id: string): string {
  return `${id.slice(0, 11)}…`;
}
