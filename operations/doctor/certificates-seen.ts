import type { X509Certificate } from "node:crypto";
import type { CertificateSeen } from "../../diagnosis";
import { certificateName, certificatesIn, factsOf, fingerprintOf, fingerprintsOf, isSignedBy } from "../../trust";

/**
 * What certificates say of themselves.
 * @param beside Others among which their issuers are looked for, beside themselves.
 */
export function seen(
  certificates: readonly X509Certificate[],
  beside: readonly X509Certificate[] = [],
): CertificateSeen[] {
  return certificates.map((certificate) => {
    const { notAfter, notBefore, subjectKeyId } = factsOf(certificate);
    const issuer = [...certificates, ...beside].find((candidate) => isSignedBy(certificate, candidate));
    return {
      subject: certificateName(certificate),
      fingerprint: fingerprintOf(certificate),
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
      ...(subjectKeyId === undefined ? {} : { subjectKeyId }),
      ...(issuer === undefined ? {} : { signedBy: fingerprintOf(issuer) }),
    };
  });
}

/** SHA-256 fingerprints of the certificates in a PEM text in base64, sorted. */
export function fingerprintsInData(base64: string | undefined): string[] {
  return fingerprintsOf(certificatesIn(textOf(base64)));
}

/** What stands in a field of a Secret. */
export function textOf(base64: string | undefined): string {
  return Buffer.from(base64 ?? "", "base64").toString();
}
