import type { X509Certificate } from "node:crypto";
import { isListOf, serialOf, type RevocationList } from "./revocation-list";

/** The CAs of a chain of which there is no list: a proxy that looks at lists takes no certificate below them. Pure. */
export function unlistedIn(
  chain: readonly X509Certificate[],
  lists: readonly RevocationList[],
): readonly X509Certificate[] {
  return chain.filter((authority) => !lists.some((list) => isListOf(list, authority)));
}

/**
 * Whether lists revoke a certificate.
 * @param issuer The CA that signed it.
 */
export function isRevoked(
  certificate: X509Certificate,
  issuer: X509Certificate,
  lists: readonly RevocationList[],
): boolean {
  const serial = serialOf(certificate);
  return lists.some((list) => list.revoked.has(serial) && isListOf(list, issuer));
}
