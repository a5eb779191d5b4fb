import type { KeyObject } from "node:crypto";
import { childrenOf, objectIdentifier, tags, type DerElement } from "./der";
import { hashNames, rsaPssId, signatureNames } from "./object-identifiers";

/** Smallest RSA key that is taken: Go's TLS refuses smaller ones than 1024 bits, NIST SP 800-131A those below 2048. */
const smallestRsaBits = 2048;

/** Largest RSA key that Go's crypto/tls takes in a handshake. */
const largestRsaBits = 8192;

/** Curves by openssl's names, and as they are called in messages. */
const curveNames: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
  secp224r1: "P-224",
};

/** Curves of the keys that Istio signs with: it makes its own with no other (security/pkg/pki/util, GetEllipticCurve). */
const istioCurves: readonly string[] = ["prime256v1", "secp384r1"];

/** Curves of keys above these: Go and BoringSSL check signatures of theirs too. */
const checkedCurves: readonly string[] = [...istioCurves, "secp521r1"];

/** Signatures that both Go and BoringSSL take, by openssl's names. */
const strongSignature =
  /^(?:sha(?:256|384|512)WithRSAEncryption|rsassaPss with SHA(?:256|384|512)|ecdsa-with-SHA(?:256|384|512))$/;

/** What keys are taken, in words. */
export const takenKeys = {
  istiod: `RSA of ${smallestRsaBits} to ${largestRsaBits} bits, P-256 or P-384`,
  above: `RSA of ${smallestRsaBits} to ${largestRsaBits} bits, P-256, P-384 or P-521`,
} as const;

/** Whose key is meant: that with which istiod signs, or one above it in the chain. */
export type KeyPlace = keyof typeof takenKeys;

/** Whether a key of this kind and size is taken. */
export function isTakenKey(key: KeyObject | undefined, place: KeyPlace): boolean {
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  const curve = key?.asymmetricKeyDetails?.namedCurve ?? "";
  switch (key?.asymmetricKeyType) {
    case "rsa":
      return bits >= smallestRsaBits && bits <= largestRsaBits;
    case "ec":
      return (place === "istiod" ? istioCurves : checkedCurves).includes(curve);
    default:
      return false;
  }
}

/** A key's algorithm and size, as `RSA 2048` or `P-256`. */
export function keyKindOf(key: KeyObject | undefined): string {
  const { modulusLength, namedCurve = "" } = key?.asymmetricKeyDetails ?? {};
  switch (key?.asymmetricKeyType) {
    case "rsa":
      return `RSA ${modulusLength ?? 0}`;
    case "rsa-pss":
      return `RSA-PSS ${modulusLength ?? 0}`;
    case "ec":
      return (curveNames[namedCurve] ?? namedCurve) || "an unnamed curve";
    default:
      return key?.asymmetricKeyType ?? "an unknown algorithm";
  }
}

/** Whether a signature of this algorithm counts: SHA-1 and MD5 can be forged, and Go refuses them. */
export function isStrongSignature(name: string): boolean {
  return strongSignature.test(name);
}

/** openssl's name of an AlgorithmIdentifier of a signature; its numbers when it has none here. */
export function signatureNameOf(algorithm: DerElement | undefined): string {
  const [id, parameters] = childrenOf(algorithm);
  if (id === undefined) return "an unknown algorithm";
  const number = objectIdentifier(id);
  if (number !== rsaPssId) return signatureNames[number] ?? number;
  return `rsassaPss with ${pssHash(parameters)}`;
}

/** The hash in the parameters of RSASSA-PSS (RFC 4055, 3.1): SHA-1 when none is named. */
function pssHash(parameters: DerElement | undefined): string {
  const named = childrenOf(parameters).find(({ tag }) => tag === tags.context(0));
  const [id] = childrenOf(childrenOf(named)[0]);
  if (id === undefined) return "SHA1";
  const number = objectIdentifier(id);
  return hashNames[number] ?? number;
}
