import type { X509Certificate } from "node:crypto";
import { revocationsFileName } from "../../topology";
import {
  certificateName,
  certificatesIn,
  certificateTexts,
  fingerprintOf as fingerprint,
  firstCertificateIn,
  revocationListsIn,
  rootOf,
  unlistedIn,
} from "../../trust";

const hoursPerDay = 24;

/** Lifetimes are written in days and given to the tls provider in hours. */
export function daysToHours(days: number): number {
  return days * hoursPerDay;
}

/**
 * Key usages of root and intermediates: what Istio's tools/certs gives them, and `crl_signing`, without which Go rejects
 * a revocation list signed by the CA (crypto/x509, RevocationList.CheckSignatureFrom).
 */
export const caKeyUsages = [
  "digital_signature",
  "content_commitment",
  "key_encipherment",
  "cert_signing",
  "crl_signing",
] as const;

/**
 * How many CAs may follow the root in a chain: the intermediates, and nothing below them. It is set on the root because
 * the tls provider drops a path length of zero, which an intermediate would need.
 */
export const rootMaxPathLength = 1;

/**
 * The same for a root that is made beside another one: it leaves room for one that is cross-signed, its successor's key
 * certified by it. Go, in every Istio agent, refuses such a chain below a root of length 1.
 */
export const laterRootMaxPathLength = 2;

/** SHA-256 fingerprint of a PEM certificate, as `openssl x509 -fingerprint -sha256` prints it; of several, of the first. */
export function fingerprintOf(certificatePem: string): string {
  return fingerprint(firstCertificateIn(certificatePem));
}

/** End of the validity of a PEM certificate, RFC 3339; of several, of the first. */
export function notAfterOf(certificatePem: string): string {
  return firstCertificateIn(certificatePem).validToDate.toISOString();
}

/** What the Secret `cacerts` is made from (istio.io, "Plug in CA Certificates"). */
export interface IntermediateCaFiles {
  /** The intermediate's certificate, and after it those between it and the root. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The roots that workloads trust, one after the other. */
  readonly rootCertificatePem: string;
  /** Revocation lists, PEM. Default: none. */
  readonly revocationListsPem?: string;
}

/**
 * What istiod finds under /etc/cacerts. The chain holds the root too, as Istio's tools/certs makes it; of several roots the
 * one that it leads to, for the others have signed nothing of it.
 */
export function intermediateCaData(files: IntermediateCaFiles): Record<string, string> {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const { certificatePem, revocationListsPem, rootCertificatePem } = files;
  if (revocationListsPem !== undefined) ensureListed(certificatePem, rootCertificatePem, revocationListsPem);
  return {
    "ca-cert.pem": base64(certificateTexts(certificatePem)[0] ?? certificatePem),
    "ca-key.pem": base64(files.privateKeyPem),
    "cert-chain.pem": base64(withNewline(certificatePem) + rootOfChain(certificatePem, rootCertificatePem)),
    "root-cert.pem": base64(rootCertificatePem),
    ...(revocationListsPem === undefined ? {} : { [revocationsFileName]: base64(revocationListsPem) }),
  };
}

/**
 * An istiod takes no CA with lists that lack one of its chain (istio security/pkg/pki/util/keycertbundle.go, Verify), and one
 * that starts anew would not start. What can be is told before; keys that an update makes are known only then.
 * @throws Error
 */
function ensureListed(certificatePem: string, rootCertificatePem: string, revocationListsPem: string): void {
  const chain = certificatesIn(certificatePem + rootOfChain(certificatePem, rootCertificatePem));
  const unlisted = unlistedIn(chain, revocationListsIn(revocationListsPem));
  if (unlisted.length === 0) return;
  throw new Error(
    `isthmus:mesh.trust.revocations: no list there is one of ${unlisted.map(certificateName).join(" or ")}, which this update makes. \`isthmus trust revoke --renew\` adds it (docs/trust.md).`,
  );
}

function rootOfChain(chainPem: string, rootsPem: string): string {
  const texts = certificateTexts(rootsPem);
  const root = texts.length < 2 ? undefined : rootOf(certificatesIn(chainPem), certificatesIn(rootsPem));
  return root === undefined ? rootsPem : (texts.find((text) => isText(text, root)) ?? rootsPem);
}

function isText(pem: string, certificate: X509Certificate): boolean {
  return certificatesIn(pem).some(({ raw }) => raw.equals(certificate.raw));
}

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
