import "reflect-metadata";
import { KeyObject, X509Certificate, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const dayMs = 24 * 60 * 60 * 1000;

/** Kinds of keys that tests make. */
const keyKinds = {
  "P-256": { name: "ECDSA", namedCurve: "P-256" },
  "P-384": { name: "ECDSA", namedCurve: "P-384" },
  "P-521": { name: "ECDSA", namedCurve: "P-521" },
  "RSA 1024": { name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) },
  "RSA 2048": { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  Ed25519: { name: "Ed25519" },
} as const;

/** A kind of key. */
export type KeyKind = keyof typeof keyKinds;

/** A certificate with its key. */
export interface TestCa {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly kind: KeyKind;
}

/** What a CA made for a test is like: a good one as far as it is not said. */
export interface CaOptions {
  readonly subject?: string;
  /** Who signs it; itself when left out. */
  readonly issuer?: TestCa;
  /** Kind of its key. Default: P-256. */
  readonly kind?: KeyKind;
  /** A key that is there already. */
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly hash?: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
  readonly isCa?: boolean;
  readonly pathLength?: number;
  /** `none`: without the extension. */
  readonly usages?: number | "none";
  readonly extendedUsages?: readonly string[];
  readonly without?: "subjectKeyId";
  readonly authorityKeyId?: string;
  /** In days from now. */
  readonly from?: number;
  readonly until?: number;
  readonly extensions?: readonly x509.Extension[];
}

const goodUsages: number =
  x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature;

/** Makes a key pair of a kind. RSA takes its time: keep what can be kept. */
export function makeKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = { hash: "SHA-256", ...keyKinds[kind] };
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

/** Where no end is said, it is no later than the issuer's: the two are made one after the other. */
function endOf(nowMs: number, { issuer, until }: CaOptions): Date {
  if (until !== undefined || issuer === undefined) return new Date(nowMs + (until ?? 100) * dayMs);
  return new Date(Math.min(nowMs + 50 * dayMs, issuer.certificate.validToDate.getTime()));
}

/** Makes the certificate of a CA, really signed. */
export async function makeCa(options: CaOptions = {}): Promise<TestCa> {
  const kind = options.kind ?? "P-256";
  const keys = options.keys ?? (await makeKeys(kind));
  const { issuer, subject = "O=Istio, CN=Root CA" } = options;
  const signer = issuer ?? { keys, kind };
  const usages = options.usages ?? goodUsages;
  const now = Date.now();
  const made = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer === undefined ? subject : new x509.X509Certificate(issuer.certificate.raw).subject,
    notBefore: new Date(now + (options.from ?? -1) * dayMs),
    notAfter: endOf(now, options),
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(signer, options.hash),
    signingAlgorithm: { ...keyKinds[signer.kind], hash: options.hash ?? "SHA-256" },
    extensions: [
      ...(options.isCa === false ? [] : [new x509.BasicConstraintsExtension(true, options.pathLength, true)]),
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- several flags are a number
      ...(usages === "none" ? [] : [new x509.KeyUsagesExtension(usages, true)]),
      ...(options.extendedUsages === undefined
        ? []
        : [new x509.ExtendedKeyUsageExtension([...options.extendedUsages])]),
      ...(options.without === "subjectKeyId" ? [] : [await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)]),
      options.authorityKeyId === undefined
        ? await x509.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey)
        : new x509.AuthorityKeyIdentifierExtension(options.authorityKeyId),
      ...(options.extensions ?? []),
    ],
  });
  return { certificate: new X509Certificate(Buffer.from(made.rawData)), keys, kind };
}

/** The private key of a CA, as Node.js has it. */
function privateKeyOf({ keys }: Pick<TestCa, "keys">): KeyObject {
  return KeyObject.from(keys.privateKey);
}

/** The private key of a CA in a form of PEM: PKCS#8, or the older one of its kind. */
export function privateKeyPem(ca: Pick<TestCa, "keys">, form: "pkcs8" | "older" = "pkcs8"): string {
  const key = privateKeyOf(ca);
  const older = key.asymmetricKeyType === "rsa" ? "pkcs1" : "sec1";
  return key.export({ format: "pem", type: form === "pkcs8" ? "pkcs8" : older }) as string;
}

/** WebCrypto binds an RSA key to one hash: for another it is taken in again. */
async function signingKeyOf(
  { keys, kind }: Pick<TestCa, "keys" | "kind">,
  hash?: string,
): Promise<webcrypto.CryptoKey> {
  if (hash === undefined || !kind.startsWith("RSA")) return keys.privateKey;
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return webcrypto.subtle.importKey("pkcs8", pkcs8, { name: "RSASSA-PKCS1-v1_5", hash }, true, ["sign"]);
}
