import { createHash, type X509Certificate } from "node:crypto";
import { factsOf, isSignedBy, publicKeyOf } from "../certificate";
import { withColons } from "../showing";
import { anchorsOf, type ChainCertificate } from "./chain";
import type { Bundle, Issuer } from "./handshake";

/**
 * The id of a certificate's key, in upper case with colons: what the certificate says, and where it says nothing 20 bytes
 * of the key's SHA-256 (as RFC 7093, 2, though over the whole key with its algorithm).
 */
export function keyIdOf(certificate: X509Certificate): string {
  const said = factsOf(certificate).subjectKeyId;
  if (said !== undefined) return said;
  const key = publicKeyOf(certificate)?.export({ type: "spki", format: "der" }) ?? certificate.raw;
  return withColons(createHash("sha256").update(key).digest().subarray(0, 20));
}

/** The roots that somebody trusts, in their order. */
export function bundleOf(roots: readonly X509Certificate[]): Bundle {
  return roots.map(keyIdOf);
}

/**
 * An intermediate CA as its leaves present it.
 * @param presented What a leaf presents after itself, or what an istiod makes it present: the intermediate first.
 * @param roots All roots that somebody in the mesh trusts, or may.
 * @returns Undefined where nothing is presented.
 */
export function issuerOf(presented: readonly X509Certificate[], roots: readonly X509Certificate[]): Issuer | undefined {
  const [own] = presented;
  if (own === undefined) return undefined;
  const among = [...presented, ...roots];
  return {
    keyId: keyIdOf(own),
    anchors: anchorsOf(
      presented.map((certificate) => chainCertificate(certificate, among)),
      roots.map((root) => chainCertificate(root, among)),
    ),
  };
}

/** By signatures where the signer is known: what a certificate says of its issuer's key may be missing. */
function chainCertificate(certificate: X509Certificate, among: readonly X509Certificate[]): ChainCertificate {
  const { authorityKeyId, issuer, pathLength } = factsOf(certificate);
  const signer = [certificate, ...among].find((other) => isSignedBy(certificate, other));
  return {
    subjectKeyId: keyIdOf(certificate),
    authorityKeyId: signer === undefined ? (authorityKeyId ?? `of ${issuer}`) : keyIdOf(signer),
    ...(pathLength === undefined ? {} : { pathLength }),
  };
}
