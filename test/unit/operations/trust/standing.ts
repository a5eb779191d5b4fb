import type { MeshOutputs } from "../../../../operations/deployment";
import type { CertificateStatus, ClusterTrustStatus, TrustReport } from "../../../../operations/trust";

const notAfter = "2031-01-01T00:00:00.000Z";
/** A root, by one name in all its parts. */
export const root = (fingerprint: string): CertificateStatus => ({
  subject: `CN=${fingerprint}`,
  fingerprint,
  keyId: fingerprint,
  notAfter,
  daysLeft: 900,
});

/** A cluster in which everything has followed. */
export function cluster(
  name: string,
  roots: readonly string[],
  more: Partial<ClusterTrustStatus> = {},
): ClusterTrustStatus {
  return {
    cluster: name,
    controlPlane: name,
    status: "settled",
    roots: roots.map(root),
    istiod: "taken-up",
    proxies: { count: 1, unread: 0, otherIssuer: 0, otherRoots: 0, ended: 0 },
    behind: [],
    laggingNamespaces: [],
    troubles: [],
    ...more,
  };
}

/** Where the clusters stand. */
export function report(...clusters: ClusterTrustStatus[]): TrustReport {
  return { mesh: "mesh1", clusters, summary: { proxies: 2, behind: 0, unread: 0 } };
}

/** What the last update said of roots, and of those under which istiods sign. */
export function outputs(
  roots: Readonly<Record<string, string>>,
  signing: Readonly<Record<string, string>>,
): MeshOutputs {
  const named = Object.entries(roots).map(([name, fingerprint]) => ({ name, fingerprint, notAfter }));
  const [first] = named;
  return {
    mesh: { id: "mesh1", trustDomain: "mesh1.internal", rootFingerprint: first?.fingerprint ?? "", roots: named },
    controlPlanes: Object.fromEntries(
      Object.entries(signing).map(([site, issuer]) => [
        site,
        { kind: "primary", configCluster: site, serves: [site], intermediate: { notAfter, root: issuer } },
      ]),
    ),
  };
}

/** A primary in which everything has followed, and whose istiod signs under a root. */
export function standing(name: string, roots: readonly string[], issuer: string): ClusterTrustStatus {
  return cluster(name, roots, { issuer: { ...root(`CA of ${name}`), roots: [issuer] } });
}

/** What the last update said where the roots come from elsewhere: those have no names. */
export function outputsOfOthers(roots: readonly string[]): MeshOutputs {
  const [rootFingerprint = ""] = roots;
  return {
    mesh: {
      id: "mesh1",
      trustDomain: "mesh1.internal",
      rootFingerprint,
      roots: roots.map((fingerprint) => ({ fingerprint, notAfter })),
    },
  };
}
