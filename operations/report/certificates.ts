import type { CertificateSeen, ClusterSnapshot, MeshSnapshot } from "../../diagnosis";
import { daysUntil, lifetimeState, type LifetimeState } from "../../trust";

/** Something in a mesh that ends on a day. */
export interface EndOfReport {
  readonly kind: "root" | "intermediate" | "token";
  /** What a certificate calls itself, or the Secret with the token. */
  readonly name: string;
  /** Where it stands: of a token the istiod's cluster, then the one that is read by it. */
  readonly clusters: readonly string[];
  /** SHA-256 of a certificate. */
  readonly fingerprint?: string;
  /** RFC 3339. */
  readonly notAfter: string;
  /** Whole days from when the mesh was looked at, downwards: negative when it is past. */
  readonly daysLeft: number;
  readonly state: LifetimeState;
}

/** Everything that ends, each once, the next end first. Pure. */
export function endsIn({ clusters, takenAt }: MeshSnapshot): EndOfReport[] {
  const now = new Date(takenAt);
  const found = new Map<string, { kind: "root" | "intermediate"; seen: CertificateSeen; clusters: Set<string> }>();
  for (const cluster of clusters) {
    for (const { kind, seen } of certificatesOf(cluster)) {
      const one = found.get(seen.fingerprint) ?? { kind, seen, clusters: new Set<string>() };
      one.clusters.add(cluster.cluster);
      found.set(seen.fingerprint, one);
    }
  }
  const certificates = [...found.values()].map(({ clusters: where, kind, seen }): EndOfReport => {
    const lifetime = { from: new Date(seen.notBefore), until: new Date(seen.notAfter) };
    return {
      kind,
      name: seen.subject,
      clusters: [...where],
      fingerprint: seen.fingerprint,
      notAfter: seen.notAfter,
      daysLeft: daysUntil(lifetime.until, now),
      state: lifetimeState(lifetime, now),
    };
  });
  return [...certificates, ...clusters.flatMap((cluster) => tokensOf(cluster, now))].sort(
    (one, other) => Date.parse(one.notAfter) - Date.parse(other.notAfter),
  );
}

/** When the first of a chain ends by which an istiod signs, RFC 3339; undefined where it is not known. Pure. */
export function signsUntil({ authority }: ClusterSnapshot): string | undefined {
  if (authority === undefined || authority === "none") return undefined;
  const ends = authority.chain.map(({ notAfter }) => notAfter);
  return ends.sort((one, other) => Date.parse(one) - Date.parse(other))[0];
}

function certificatesOf({
  authority,
  publishedRoots = [],
}: ClusterSnapshot): { readonly kind: "root" | "intermediate"; readonly seen: CertificateSeen }[] {
  const { chain, roots } = authority === undefined || authority === "none" ? { chain: [], roots: [] } : authority;
  const isRoot = ({ fingerprint, signedBy }: CertificateSeen): boolean => fingerprint === signedBy;
  return [
    ...[...roots, ...publishedRoots].map((seen) => ({ kind: "root", seen }) as const),
    ...chain.map((seen) => ({ kind: isRoot(seen) ? "root" : "intermediate", seen }) as const),
  ];
}

function tokensOf({ cluster, remoteKubeconfigs = [] }: ClusterSnapshot, now: Date): EndOfReport[] {
  return remoteKubeconfigs.flatMap(({ key, secret, tokenEndsAt }) => {
    if (tokenEndsAt === undefined) return [];
    const until = new Date(tokenEndsAt);
    return [
      {
        kind: "token",
        name: secret,
        clusters: [cluster, key],
        notAfter: tokenEndsAt,
        daysLeft: daysUntil(until, now),
        state: lifetimeState({ until }, now),
      } as const,
    ];
  });
}
