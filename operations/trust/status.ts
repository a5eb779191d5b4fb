import type { X509Certificate } from "node:crypto";
import { configuredFor, isTakenUp, knownRoots, meshStanding, type ClusterTrust } from "../../preflight";
import { dataWithoutSecrets, type MeshPlan } from "../../topology";
import { certificateName, factsOf, fingerprintsOf } from "../../trust";
import { broken, issuerOf, keyIdOf, type Naming } from "../../trust/rotation";
import type { CertificateStatus, ClusterTrustStatus, End, LaggingProxy, TrustReport } from "./report";

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Where every cluster of a mesh stands, from what the clusters showed. Pure.
 * @param trusts What they showed, by their names, those that only run a control plane among them.
 */
export function trustStatus(plan: MeshPlan, trusts: ReadonlyMap<string, ClusterTrust>, now = new Date()): TrustReport {
  const { standing } = meshStanding(plan, trusts);
  const failing = broken(standing, namingBy(trusts));
  const clusters = plan.clusters.map(({ name }) => clusterStatus(plan, name, trusts, now));
  const total = (count: (cluster: ClusterTrustStatus) => number): number =>
    clusters.reduce((sum, cluster) => sum + count(cluster), 0);
  return dataWithoutSecrets({
    mesh: plan.id,
    clusters,
    ...(failing === undefined ? {} : { broken: failing.words }),
    summary: {
      proxies: total(({ proxies }) => proxies.count),
      behind: total(({ behind }) => behind.length),
      unread: total(({ proxies }) => proxies.unread),
    },
  });
}

/** Key ids by the subjects of their certificates, where these are known. */
export function namingBy(trusts: ReadonlyMap<string, ClusterTrust>): Naming {
  const certificates = [
    ...knownRoots(trusts),
    ...[...trusts.values()].flatMap(({ authority, proxies }) => [
      ...(authority?.chain ?? []),
      ...new Set(proxies.flatMap(({ issuers }) => issuers)),
    ]),
  ];
  const names = new Map(certificates.map((certificate) => [keyIdOf(certificate), certificateName(certificate)]));
  return (keyId) => [names.get(keyId), names.has(keyId) ? `(${brief(keyId)})` : brief(keyId)].filter(Boolean).join(" ");
}

/** Enough of a fingerprint or a key id to tell two apart by reading. */
export function brief(id: string): string {
  return `${id.slice(0, 11)}…`;
}

function clusterStatus(
  plan: MeshPlan,
  cluster: string,
  trusts: ReadonlyMap<string, ClusterTrust>,
  now: Date,
): ClusterTrustStatus {
  const controlPlane = plan.clusters.find(({ name }) => name === cluster)?.controlPlane ?? cluster;
  const [own, plane] = [trusts.get(cluster), trusts.get(controlPlane)];
  const configured = configuredFor(plan, cluster, trusts);
  const [signing] = configured?.chain ?? [];
  const given = fingerprintsOf(configured?.roots ?? []).join();
  const proxies = own?.proxies ?? [];
  const lagging = proxies.map(({ namespace, pod, issuers, roots }): LaggingProxy => ({
    namespace,
    pod,
    lacks: [
      ...(issuers[0]?.fingerprint256 === signing?.fingerprint256 ? [] : (["issuer"] as const)),
      ...(fingerprintsOf(roots).join() === given ? [] : (["roots"] as const)),
    ],
  }));
  const unread = (own?.unread ?? []).map((one): LaggingProxy => ({ ...one, lacks: ["unread"] }));
  const behind = [...lagging.filter(({ lacks }) => lacks.length > 0), ...unread];
  const laggingNamespaces = (own?.copies ?? [])
    .filter(({ roots }) => fingerprintsOf(roots).join() !== given)
    .map(({ namespace }) => namespace);
  const troubles = [
    ...(own?.troubles ?? ["it could not be asked"]),
    ...(plane === own || plane === undefined ? [] : plane.troubles.map((words) => `${controlPlane}: ${words}`)),
  ];
  const issuer = signing === undefined ? undefined : issuerOf(configured?.chain ?? [], knownRoots(trusts));
  const istiod = plane === undefined ? "unknown" : istiodState(plane);
  const ends = proxies.map(({ leaf }) => leaf.notAfter).sort((one, other) => one.getTime() - other.getTime());
  const ended = ends.filter((end) => end < now).length;
  const counted = (what: LaggingProxy["lacks"][number]): number =>
    behind.filter(({ lacks }) => lacks.includes(what)).length;
  const isPast =
    ended > 0 ||
    livedBy(
      configured?.roots ?? [],
      signing,
      issuer?.anchors.map(({ root }) => root),
    ).some(({ validToDate }) => validToDate < now);
  return {
    cluster,
    controlPlane,
    status: isPast
      ? "ended"
      : configured === undefined || troubles.length > 0
        ? "unread"
        : behind.length + laggingNamespaces.length > 0 || istiod === "behind"
          ? "behind"
          : "settled",
    roots: (configured?.roots ?? []).map((root) => certificateStatus(root, now)),
    ...(signing === undefined
      ? {}
      : { issuer: { ...certificateStatus(signing, now), roots: issuer?.anchors.map(({ root }) => root) ?? [] } }),
    istiod,
    proxies: {
      count: proxies.length + unread.length,
      unread: unread.length,
      otherIssuer: counted("issuer"),
      otherRoots: counted("roots"),
      ended,
      ...(ends[0] === undefined ? {} : { firstEnd: endOf(ends[0], now) }),
    },
    behind,
    laggingNamespaces,
    troubles,
  };
}

/** What certificates are judged by: a root that is past and that nothing leads to does no harm. */
function livedBy(
  roots: readonly X509Certificate[],
  signing: X509Certificate | undefined,
  anchors: readonly string[] = [],
): X509Certificate[] {
  const [nearest] = anchors;
  return [...(signing === undefined ? [] : [signing]), ...roots.filter((root) => keyIdOf(root) === nearest)];
}

/** Whether an istiod has what its Secret says: the CA, and the roots, which it publishes. */
function istiodState(plane: ClusterTrust): ClusterTrustStatus["istiod"] {
  const { authority, published } = plane;
  if (authority === undefined) return "unknown";
  const isPublished =
    published === undefined || published.length === 0 || authority.roots.length === 0
      ? undefined
      : fingerprintsOf(published).join() === fingerprintsOf(authority.roots).join();
  const verdicts = [isPublished, isTakenUp(plane)];
  if (verdicts.includes(false)) return "behind";
  return verdicts.every((verdict) => verdict === undefined) ? "unknown" : "taken-up";
}

function certificateStatus(certificate: X509Certificate, now: Date): CertificateStatus {
  return {
    subject: factsOf(certificate).subject,
    fingerprint: certificate.fingerprint256,
    keyId: keyIdOf(certificate),
    ...endOf(certificate.validToDate, now),
  };
}

function endOf(end: Date, now: Date): End {
  return { notAfter: end.toISOString(), daysLeft: Math.floor((end.getTime() - now.getTime()) / dayMs) };
}
