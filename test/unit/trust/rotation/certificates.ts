import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { ChainCertificate } from "../../../../trust/rotation";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 24 * 60 * 60 * 1000;

/** A key and the name that goes with it. */
interface Keyed {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** A certificate as it is presented, and what the model goes by. */
export interface Made extends ChainCertificate {
  readonly pem: string;
}

const keyed = remembered(async (name: string): Promise<Keyed> => ({
  name,
  keys: await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]),
}));

/** How long a chain below these roots may be: `P` is like the roots that Isthmus has made so far. */
export const pathLengths: Readonly<Record<string, number | undefined>> = { P: 1, Q: 2 };

/** A root's certificate, self-signed. */
export const rootCertificate = remembered((root: string) => certificate(root, root, pathLengths[root]));

/** A root's key, certified by another root: `B by A`, or `B by A above 1` with a path length. */
export const crossSigned = remembered((pair: string) => {
  const [, root = "", by = "", pathLength] = /^(\S+) by (\S+)(?: above (\d))?$/.exec(pair) ?? [];
  return certificate(root, by, pathLength === undefined ? undefined : Number(pathLength));
});

/** A cluster's intermediate. */
export const intermediate = remembered((pair: string) => certificate(pair, pair.split(" below ")[1] ?? "", undefined));

/** A leaf of an intermediate, with its private key. */
export const leaf = remembered(async (issuer: string) => {
  const subject = await keyed(`leaf of ${issuer}`);
  const made = await issue(subject, await keyed(issuer), [new x509.BasicConstraintsExtension(false, undefined, true)]);
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", subject.keys.privateKey));
  const lines = key.toString("base64").match(/.{1,64}/g) ?? [];
  return { pem: made.pem, key: `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n` };
});

async function certificate(name: string, by: string, pathLength: number | undefined): Promise<Made> {
  const made = await issue(await keyed(name), await keyed(by), [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ]);
  return { ...made, ...(pathLength === undefined ? {} : { pathLength }) };
}

async function issue(subject: Keyed, issuer: Keyed, extensions: x509.Extension[]): Promise<Made> {
  const subjectKey = await x509.SubjectKeyIdentifierExtension.create(subject.keys.publicKey);
  const authorityKey = await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey);
  const made = await x509.X509CertificateGenerator.create({
    subject: `CN=${subject.name}`,
    issuer: `CN=${issuer.name}`,
    notBefore: new Date(Date.now() - dayMs),
    // As it is in life: a root outlives what is signed with its key.
    notAfter: new Date(Date.now() + (subject === issuer ? 10 : 1) * dayMs),
    publicKey: subject.keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [...extensions, subjectKey, authorityKey],
  });
  return { pem: made.toString("pem"), subjectKeyId: subjectKey.keyId, authorityKeyId: authorityKey.keyId ?? "" };
}

/** Keys take time to make: each is made once. */
function remembered<Value>(make: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const made = new Map<string, Promise<Value>>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}
