import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

type KeyPair = webcrypto.CryptoKeyPair;

/** A certificate and its key, PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 24 * 60 * 60 * 1000;

/** An authority that signs the certificates of test servers. */
export class TestAuthority {
  private constructor(
    private readonly keys: KeyPair,
    private readonly root: x509.X509Certificate,
  ) {}

  static async create(name: string): Promise<TestAuthority> {
    const keys = await generateKeys();
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + dayMs),
      keys,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    return new TestAuthority(keys, root);
  }

  get certificate(): string {
    return this.root.toString("pem");
  }

  /** A server's certificate for the names, valid for a day around now unless told otherwise. */
  async issue(names: readonly string[], endsInMs = dayMs): Promise<Identity> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: "CN=server",
      issuer: this.root.subject,
      notBefore: new Date(Date.now() - 2 * dayMs),
      notAfter: new Date(Date.now() + endsInMs),
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name })),
        ),
      ],
    });
    return { certificate: certificate.toString("pem"), key: await privateKeyPem(keys) };
  }
}

async function generateKeys(): Promise<KeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function privateKeyPem({ privateKey }: KeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}
