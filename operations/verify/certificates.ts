import type { X509Certificate } from "node:crypto";
import { certificateName, fingerprintsOf, isSignedBy, spiffeIdentity } from "../../trust";

/**
 * What is wrong with the chain of a workload's certificate, as a sentence; nothing when it leads to a trusted root.
 * @param chain The leaf first.
 * @param roots The certificates that are trusted.
 */
export function chainTrouble(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now = new Date(),
): string | undefined {
  const trusted = new Set(fingerprintsOf(roots));
  let current = chain[0];
  if (current === undefined) return "the proxy presents no certificate";
  for (const next of [...chain.slice(1), undefined]) {
    if (now < new Date(current.validFrom)) return `${nameOf(current)} is not valid before ${current.validFrom}`;
    if (now > new Date(current.validTo)) return `${nameOf(current)} expired on ${current.validTo}`;
    if (trusted.has(current.fingerprint256)) return undefined;
    const issuer = next ?? roots.find((root) => isSignedBy(current as X509Certificate, root));
    if (issuer === undefined) return `${nameOf(current)} is signed by none of the mesh's roots`;
    if (!isSignedBy(current, issuer)) return `${nameOf(current)} is not signed by ${nameOf(issuer)}`;
    if (next === undefined) return undefined;
    current = next;
  }
  return undefined;
}

/** How a certificate is called in a message: a workload's has no subject, only an identity. */
function nameOf(certificate: X509Certificate): string {
  return spiffeIdentity(certificate) ?? `certificate ${certificateName(certificate)}`;
}
