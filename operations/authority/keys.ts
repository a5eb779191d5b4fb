import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Mesh } from "../../topology";

/** Algorithm and size of a key, as the mesh's configuration has them. */
export type KeyAlgorithm = Mesh["trust"]["keyAlgorithm"];

/** A key pair, and the private one in PEM. */
export interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PKCS#8. Secret. */
  readonly pem: string;
}

const generate = promisify(generateKeyPair);

/** Makes a key pair. */
export async function makeKeys(algorithm: KeyAlgorithm): Promise<Keys> {
  const { privateKey, publicKey } = await (algorithm === "ecdsa-p256"
    ? generate("ec", { namedCurve: "P-256" })
    : generate("rsa", { modulusLength: 4096 }));
  return { privateKey, publicKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }) as string };
}
