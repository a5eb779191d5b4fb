import { systemNamespace } from "../../../topology";
import type { ProxyCertificateSeen } from "../certificates";
import { seenClusters, seenOf } from "../clusters";
import type { ClusterFacts } from "../facts";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot } from "../snapshot";
import { rootOf } from "./authority";
import { signingRoot } from "./roots";

/** Proxies that present a certificate which others refuse, or do not trust what others present. */
export function staleProxies(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts, seen }) => {
    const stale = (seen.proxyCertificates ?? []).flatMap((proxy) => {
      const reasons = [
        ...endOf(snapshot, proxy),
        ...foreignChain(snapshot, facts, seen, proxy),
        ...missingRoots(snapshot, facts, seen, proxy),
      ];
      return reasons.length === 0 ? [] : [{ proxy, reasons }];
    });
    if (stale.length === 0) return [];
    return [
      {
        clusters: [facts.name],
        found: `${stale.length === 1 ? "a proxy has" : `${String(stale.length)} proxies have`} not followed a change of certificates: calls to and from ${stale.length === 1 ? "it" : "them"} fail`,
        proof: stale.flatMap(({ proxy: { namespace, pod }, reasons }) =>
          reasons.map((reason) => `pod ${pod} in ${namespace} ${reason}`),
        ),
        fix: `Restart what they belong to: ${[...new Set(stale.map(({ proxy }) => restartOf(seen, proxy)))].map((command) => `\`${command}\``).join(", ")}. Others there may have missed it as well: of each namespace one was asked.`,
      },
    ];
  });
}

function endOf({ takenAt }: MeshSnapshot, { notAfter }: ProxyCertificateSeen): string[] {
  return notAfter < takenAt ? [`presents a certificate that ended on ${notAfter}`] : [];
}

/** What it presents leads to none of the roots that its own istiod has its workloads trust. */
function foreignChain(
  snapshot: MeshSnapshot,
  { controlPlane }: ClusterFacts,
  { publishedRoots = [] }: ClusterSnapshot,
  { chain, roots }: ProxyCertificateSeen,
): string[] {
  const [issuer] = chain;
  const { authority } = seenOf(snapshot, controlPlane) ?? {};
  const trusted = publishedRoots.map(({ fingerprint }) => fingerprint);
  const isOfToday =
    authority !== undefined && authority !== "none" && authority.chain[0]?.fingerprint === issuer?.fingerprint;
  const root = rootOf({ chain, roots });
  if (issuer === undefined || trusted.length === 0 || isOfToday) return [];
  if (root !== undefined && trusted.includes(root.fingerprint)) return [];
  const end = root === undefined ? "none of the roots that it trusts itself" : `the root SHA-256 ${root.fingerprint}`;
  return [
    `presents a certificate by ${issuer.subject}, which leads to ${end}, and workloads are to trust ${words(trusted)}`,
  ];
}

/** Roots that it is given, under which istiods sign that serve clusters which it calls, and that it does not trust. */
function missingRoots(
  snapshot: MeshSnapshot,
  { controlPlane, reaches }: ClusterFacts,
  { publishedRoots = [] }: ClusterSnapshot,
  { roots }: ProxyCertificateSeen,
): string[] {
  const called = snapshot.mesh.clusters.filter(({ name }) => reaches.includes(name));
  const istiods = [...new Set([controlPlane, ...called.map((one) => one.controlPlane)])];
  return istiods.flatMap((istiod) => {
    const root = signingRoot(snapshot, istiod);
    const isGiven = publishedRoots.some(({ fingerprint }) => fingerprint === root);
    if (root === undefined || !isGiven || roots.some(({ fingerprint }) => fingerprint === root)) return [];
    return [`does not trust the root SHA-256 ${root}, under which the istiod of ${istiod} signs`];
  });
}

function words(fingerprints: readonly string[]): string {
  return fingerprints.map((fingerprint) => `SHA-256 ${fingerprint}`).join(", ");
}

/** What makes a pod anew, and in the system namespace no istiod beside. */
function restartOf({ system }: ClusterSnapshot, { namespace, pod }: ProxyCertificateSeen): string {
  const names = (system?.deployments ?? []).map(({ metadata }) => metadata?.name ?? "").sort();
  const name = namespace === systemNamespace ? names.findLast((one) => pod.startsWith(`${one}-`)) : undefined;
  return `kubectl --namespace ${namespace} rollout restart deployment${name === undefined ? "" : ` ${name}`}`;
}
