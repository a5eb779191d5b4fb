import { type X509Certificate, type KeyObject } from "node:crypto";
import { shortQuote } from "../topology";
import { childrenOf, onlyElement, tags, type DerElement } from "./der";
import { readExtensions, type Extensions } from "./extensions";
import { keyKindOf, signatureNameOf } from "./algorithms";

/** What a certificate says of itself. */
export interface CertificateFacts extends Extensions {
  /** The subject on one line: `O=Istio, CN=Root CA`. */
  readonly subject: string;
  readonly issuer: string;
  /** The subject's `L`: in Istio's tools the name of the cluster. */
  readonly locality?: string;
  /** SHA-256, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string;
  /** Algorithm and size of its key, as `RSA 4096` or `P-256`. */
  readonly key: string;
  /** How it was signed, by openssl's name: `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Reads what a certificate says of itself. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const [toBeSigned, algorithm] = partsOf(certificate);
  const extensions = childrenOf(toBeSigned).find(({ tag }) => tag === tags.context(3));
  const locality = /^L=(.*)$/m.exec(textOf(certificate.subject))?.[1];
  return {
    ...readExtensions(childrenOf(extensions)[0]),
    subject: onOneLine(certificate.subject),
    issuer: onOneLine(certificate.issuer),
    ...(locality === undefined ? {} : { locality }),
    fingerprint: certificate.fingerprint256,
    key: keyKindOf(publicKeyOf(certificate)),
    signatureAlgorithm: signatureNameOf(algorithm),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
  };
}

/** How a certificate is called in a message: by its subject, or by its fingerprint where it has none. */
export function certificateName(certificate: X509Certificate): string {
  const subject = onOneLine(certificate.subject);
  return subject === "" ? `SHA-256 ${certificate.fingerprint256}` : shortQuote(subject);
}

/** SHA-256 fingerprint of a certificate, as `openssl x509 -fingerprint -sha256` prints it. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256;
}

/** SHA-256 fingerprints of certificates, sorted and each once, so that bundles compare whatever their order. */
export function fingerprintsOf(certificates: readonly X509Certificate[]): string[] {
  return [...new Set(certificates.map(fingerprintOf))].sort();
}

/**
 * Whether a certificate was signed with another one's key. The names are compared byte for byte, as Go does, and the key
 * ids, as BoringSSL does: both must agree in a mesh.
 */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return namesIssuer(certificate, issuer) && carriesSignatureOf(certificate, issuer);
}

/** Whether a certificate was signed with its own key, as a root is. */
export function isSelfSigned(certificate: X509Certificate): boolean {
  return isSignedBy(certificate, certificate);
}

/** Whether the issuer's name and key id in a certificate are those of another one, whoever signed it. */
export function namesIssuer(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const { authorityKeyId } = factsOf(certificate);
  const { subjectKeyId } = factsOf(issuer);
  const keyIdFits = authorityKeyId === undefined || subjectKeyId === undefined || authorityKeyId === subjectKeyId;
  return keyIdFits && issuerNameOf(certificate).equals(subjectNameOf(issuer));
}

/** Whether two certificates are of the same key. */
export function haveSameKey(one: X509Certificate, other: X509Certificate): boolean {
  const key = publicKeyOf(one);
  return key !== undefined && isOfKey(other, key);
}

/** Whether a certificate is of a key. */
export function isOfKey(certificate: X509Certificate, publicKey: KeyObject): boolean {
  const own = publicKeyOf(certificate);
  return own !== undefined && spkiOf(own).equals(spkiOf(publicKey));
}

/** What is compared: KeyObject.equals leaves an error in OpenSSL's queue when two kinds differ, where others find it. */
function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

/** The public key of a certificate; nothing when it is of a kind that Node.js does not know. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    // What is no key for us is judged as one of an unknown algorithm.
    return undefined;
  }
}

/** The subject in DER: what a certificate signed by this one must say of its issuer. */
export function subjectNameOf(certificate: X509Certificate): Buffer {
  return nameAt(certificate, 4);
}

function issuerNameOf(certificate: X509Certificate): Buffer {
  return nameAt(certificate, 2);
}

/** @param index Of the name in TBSCertificate (RFC 5280, 4.1) without its version, which is left out in the first one. */
function nameAt(certificate: X509Certificate, index: number): Buffer {
  const [toBeSigned] = partsOf(certificate);
  const fields = childrenOf(toBeSigned).filter(({ tag }) => tag !== tags.context(0));
  return fields[index]?.encoded ?? Buffer.alloc(0);
}

function partsOf(certificate: X509Certificate): DerElement[] {
  return childrenOf(onlyElement(certificate.raw));
}

function carriesSignatureOf(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const key = publicKeyOf(issuer);
  return key !== undefined && certificate.verify(key);
}

function onOneLine(name: string | undefined): string {
  return textOf(name).replaceAll("\n", ", ");
}

/** Node.js has no text for an empty name, whatever its types say. */
function textOf(name: string | undefined): string {
  return name ?? "";
}
