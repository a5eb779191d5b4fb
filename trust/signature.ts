import { verify, type KeyObject } from "node:crypto";
import { signatureNameOf } from "./algorithms";
import { tags, type DerElement } from "./der";

/** What is signed, how, and the signature: the three parts of certificates, requests and revocation lists. */
export interface SignedParts {
  readonly signed: DerElement;
  readonly algorithm: DerElement;
  /** A BIT STRING. */
  readonly signature: DerElement;
}

/** The hash of a signature that is checked here: RSA with PKCS#1 padding and ECDSA, as Istio makes them; undefined else. */
export function hashOf(algorithm: DerElement | undefined): string | undefined {
  const name = signatureNameOf(algorithm);
  const hash = /sha(256|384|512)/i.exec(name)?.[1];
  return hash === undefined || name.startsWith("rsassaPss") ? undefined : `sha${hash}`;
}

/** Whether a BIT STRING is one of whole octets: its first one counts the bits that are not used. */
export function isWhole(signature: DerElement | undefined): signature is DerElement {
  return signature?.tag === tags.bitString && signature.content[0] === 0;
}

/** Whether a key made a signature. One of an algorithm that {@link hashOf} does not know is of none. */
export function isSignatureOf({ algorithm, signature, signed }: SignedParts, key: KeyObject): boolean {
  const hash = hashOf(algorithm);
  return hash !== undefined && isWhole(signature) && verify(hash, signed.encoded, key, signature.content.subarray(1));
}
