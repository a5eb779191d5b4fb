import { createHash, createPublicKey, randomBytes, sign, X509Certificate, type KeyObject } from "node:crypto";
import { factsOf, subjectNameOf } from "../certificate";
import { childrenOf, onlyElement } from "../der";
import { extensionIds } from "../object-identifiers";
import { bitString, boolean, der, integer, namedBits, objectIdentifier, sequence, time } from "./der-writing";

/** Who signs. */
export interface Issuer {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** A certificate that is to be made. */
export interface CertificateRequest {
  /** Its subject, in DER. */
  readonly subjectName: Buffer;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Beside those of the key ids. */
  readonly extensions: readonly Buffer[];
}

/** Bits of the key usages (RFC 5280, 4.2.1.3). */
const usageBits = { digitalSignature: 0, nonRepudiation: 1, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;

const extendedUsageIds = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const;

/** As long as CA/Browser rules ask for and more, and positive: nobody can guess the next one. */
const serialOctets = 16;

/**
 * Signs a certificate (RFC 5280), with SHA-256, or the hash that fits a larger curve of the issuer's key.
 * @param issuer Who signs; a root signs itself with its own key.
 */
export function issue(request: CertificateRequest, issuer: Issuer | { readonly key: KeyObject }): X509Certificate {
  const { hash, identifier } = signatureOf(issuer.key);
  const issuerName = "certificate" in issuer ? subjectNameOf(issuer.certificate) : request.subjectName;
  const authorityKeyId = "certificate" in issuer ? keyIdFor(issuer.certificate) : keyIdOf(createPublicKey(issuer.key));
  const extensions = [
    ...request.extensions,
    extension(extensionIds.subjectKeyId, "optional", der(0x04, keyIdOf(request.publicKey))),
    extension(extensionIds.authorityKeyId, "optional", sequence(der(0x80, authorityKeyId))),
  ];
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(randomSerial()),
    identifier,
    issuerName,
    sequence(time(request.notBefore), time(request.notAfter)),
    request.subjectName,
    request.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  return new X509Certificate(sequence(toBeSigned, identifier, bitString(sign(hash, toBeSigned, issuer.key))));
}

/** That a certificate is one of a CA. @param pathLength How many CAs may follow. Default: any number. */
export function caExtension(pathLength?: number): Buffer {
  const length = pathLength === undefined ? [] : [integer(Buffer.from([pathLength]))];
  return extension(extensionIds.basicConstraints, "critical", sequence(boolean(true), ...length));
}

/** That a certificate is none of a CA. */
export function leafExtension(): Buffer {
  return extension(extensionIds.basicConstraints, "critical", sequence());
}

export function keyUsageExtension(...usages: readonly (keyof typeof usageBits)[]): Buffer {
  return extension(extensionIds.keyUsage, "critical", namedBits(usages.map((usage) => usageBits[usage])));
}

export function extendedKeyUsageExtension(...usages: readonly (keyof typeof extendedUsageIds)[]): Buffer {
  const ids = usages.map((usage) => objectIdentifier(extendedUsageIds[usage]));
  return extension(extensionIds.extendedKeyUsage, "optional", sequence(...ids));
}

/** The DNS name of a server. */
export function dnsNameExtension(name: string): Buffer {
  return extension(extensionIds.subjectAltName, "optional", sequence(der(0x82, Buffer.from(name, "latin1"))));
}

/** The identity of a workload; critical, as it must be where the subject is empty (RFC 5280, 4.2.1.6). */
export function identityExtension(uri: string): Buffer {
  return extension(extensionIds.subjectAltName, "critical", sequence(der(0x86, Buffer.from(uri, "latin1"))));
}

export function extension(id: string, kind: "critical" | "optional", value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(kind === "critical" ? [boolean(true)] : []), der(0x04, value));
}

function randomSerial(): Buffer {
  const serial = randomBytes(serialOctets);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

/** SHA-1 of the key's bits (RFC 5280, 4.2.1.2, method 1): as openssl and Pulumi's tls provider do. No secret hangs on it. */
function keyIdOf(publicKey: KeyObject): Buffer {
  const [, bits] = childrenOf(onlyElement(publicKey.export({ type: "spki", format: "der" })));
  return createHash("sha1")
    .update(bits?.content.subarray(1) ?? Buffer.alloc(0))
    .digest();
}

/** The key id by which what a certificate's key signed names it. */
function keyIdFor(certificate: X509Certificate): Buffer {
  const { subjectKeyId } = factsOf(certificate);
  if (subjectKeyId === undefined) return keyIdOf(certificate.publicKey);
  return Buffer.from(subjectKeyId.replaceAll(":", ""), "hex");
}

/** That something was signed with a certificate's key, by the key's id. */
export function signedByExtension(certificate: X509Certificate): Buffer {
  return extension(extensionIds.authorityKeyId, "optional", sequence(der(0x80, keyIdFor(certificate))));
}

/** How a key signs: SHA-256, or the hash that fits a larger curve. */
export function signatureOf(key: KeyObject): { readonly hash: string; readonly identifier: Buffer } {
  if (key.asymmetricKeyType === "rsa") {
    // The algorithm of RSA has a NULL for its parameters (RFC 4055, 5), those of ECDSA have none (RFC 5758, 3.2).
    return { hash: "sha256", identifier: sequence(objectIdentifier("1.2.840.113549.1.1.11"), der(0x05)) };
  }
  const [hash, id] = ecdsa[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? (["sha256", "1.2.840.10045.4.3.2"] as const);
  return { hash, identifier: sequence(objectIdentifier(id)) };
}

const ecdsa: Readonly<Record<string, readonly [hash: string, id: string]>> = {
  secp384r1: ["sha384", "1.2.840.10045.4.3.3"],
  secp521r1: ["sha512", "1.2.840.10045.4.3.4"],
};
