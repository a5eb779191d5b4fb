import type { X509Certificate } from "node:crypto";

/** The SPIFFE identity in a certificate; nothing when it has none. */
export function spiffeIdentity(certificate: X509Certificate): string | undefined {
  return /URI:(spiffe:\/\/[^,\s"]+)/.exec(certificate.subjectAltName ?? "")?.[1];
}

/** The trust domain of a SPIFFE identity. */
export function trustDomainOf(identity: string): string {
  return new URL(identity).hostname;
}
