import type { Anchor } from "./handshake";

/** What of a CA certificate decides where a chain leads. Key ids in any spelling, one for all. */
export interface ChainCertificate {
  readonly subjectKeyId: string;
  /** Subject key id of who signed it; its own for a root. */
  readonly authorityKeyId: string;
  /** How many CAs may follow it; undefined where it does not say. */
  readonly pathLength?: number;
}

/**
 * Where a chain leads, the nearest root first: the anchors of an issuer's leaves.
 * @param presented What a leaf presents after itself: its issuer first, then others, roots among them or not. Of two
 * certificates of one key the first counts: nobody comes back for the second.
 * @param roots The roots that somebody in the mesh trusts, or may.
 */
export function anchorsOf(presented: readonly ChainCertificate[], roots: readonly ChainCertificate[]): Anchor[] {
  const anchors: Anchor[] = [];
  const followed = new Set<string>();
  let below = 0;
  for (let at = presented[0]; at !== undefined && !followed.has(at.subjectKeyId);) {
    const { subjectKeyId, authorityKeyId: signedBy } = at;
    // What a certificate of the chain forbids holds whoever is trusted above it.
    if (signedBy === subjectKeyId || exceeds(at, below)) break;
    followed.add(subjectKeyId);
    below += 1;
    const root = strictest(roots, signedBy);
    if (root !== undefined) anchors.push(anchorOf(root, below));
    at = presented.find((certificate) => certificate.subjectKeyId === signedBy);
  }
  return anchors;
}

function anchorOf(root: ChainCertificate, below: number): Anchor {
  return { root: root.subjectKeyId, ...(exceeds(root, below) ? { tooLong: true } : {}) };
}

function exceeds({ pathLength }: ChainCertificate, below: number): boolean {
  return pathLength !== undefined && below > pathLength;
}

/** A root that was made anew with its old key stands for both: which one a verifier takes is not known. */
function strictest(roots: readonly ChainCertificate[], keyId: string): ChainCertificate | undefined {
  return roots
    .filter(({ subjectKeyId }) => subjectKeyId === keyId)
    .sort((one, other) => (one.pathLength ?? Infinity) - (other.pathLength ?? Infinity))[0];
}
