import "reflect-metadata";
import { X509Certificate, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 24 * 60 * 60 * 1000;

/** What a certificate made for a test is like. */
export interface CertificateOptions {
  readonly subject: string;
  /** Who signs it; itself when left out. */
  readonly issuer?: Authority;
  readonly spiffeId?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate with its key. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly parsed: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Makes a certificate, really signed. */
export async function issue(options: CertificateOptions): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const parsed = await x509.X509CertificateGenerator.create({
    subject: options.subject,
    issuer: options.issuer?.parsed.subject ?? options.subject,
    notBefore: options.notBefore ?? new Date(Date.now() - dayMs),
    notAfter: options.notAfter ?? new Date(Date.now() + dayMs),
    publicKey: keys.publicKey,
    signingKey: options.issuer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(options.spiffeId === undefined, undefined, true),
      ...(options.spiffeId === undefined
        ? []
        : [new x509.SubjectAlternativeNameExtension([{ type: "url", value: options.spiffeId }])]),
    ],
  });
  return { certificate: new X509Certificate(parsed.toString("pem")), parsed, keys };
}
