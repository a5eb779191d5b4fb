import { X509Certificate } from "node:crypto";

/** SHA-256 fingerprints of the certificates in a PEM bundle. What is no certificate is passed over. */
export function fingerprintsIn(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return [...new Set(blocks.flatMap((block) => fingerprintOf(block) ?? []))];
}

function fingerprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    // Whatever it is, it is no root that could be compared.
    return undefined;
  }
}
