import { isStrongSignature, isTakenKey, takenKeys } from "../algorithms";
import { publicKeyOf } from "../certificate";
import type { LinkRule } from "./link";

export const isAuthority: LinkRule = ({ facts, path, name }) =>
  facts.isCa
    ? []
    : [
        {
          path,
          expected: "certificates of authorities, with CA:TRUE in their basic constraints",
          found: `${name}, without it`,
          fix: "Have it signed as a CA: as it is, every proxy refuses what is below it.",
        },
      ];

export const maySignCertificates: LinkRule = ({ facts, path, name }) =>
  facts.keyUsages?.includes("keyCertSign") === false
    ? [
        {
          path,
          expected: "key usages with keyCertSign",
          found: `${name}, for ${facts.keyUsages.join(", ") || "no use at all"}`,
          fix: "Have it signed with keyCertSign, and with cRLSign so that its certificates can be revoked.",
        },
      ]
    : [];

/** The path length counts the CAs that follow (RFC 5280, 4.2.1.9), self-issued ones too, as Go does. */
export const pathIsLongEnough: LinkRule = ({ facts, path, name, casBelow }) =>
  facts.isCa && facts.pathLength !== undefined && facts.pathLength < casBelow
    ? [
        {
          path,
          expected: `a path length of at least ${casBelow}, for the CAs that follow in the chain`,
          found: `${name}, with ${facts.pathLength}`,
          fix: "Have it signed with a larger path length or none, or the intermediate by a CA that allows it.",
        },
      ]
    : [];

/** A CA's extended key usages bind all below it: Go and BoringSSL look for the use in every certificate of a chain. */
export const allowsMutualTls: LinkRule = ({ facts, path, name }) => {
  const usages = facts.extendedKeyUsages;
  if (usages === undefined || usages.includes("anyExtendedKeyUsage")) return [];
  if (usages.includes("serverAuth") && usages.includes("clientAuth")) return [];
  return [
    {
      path,
      expected: "authorities for TLS servers and clients, or without extended key usages",
      found: `${name}, for ${usages.join(", ")} alone`,
      fix: "Have it signed without extended key usages, or with serverAuth and clientAuth: workloads are both.",
    },
  ];
};

export const understoodByAll: LinkRule = ({ facts, path, name }) =>
  facts.unknownCritical.length === 0
    ? []
    : [
        {
          path,
          expected: "no critical extension that istiod or Envoy does not know",
          found: `${name}, with ${facts.unknownCritical.join(", ")}`,
          fix: "Have it signed without it, or with it as one that is not critical.",
        },
      ];

export const keyIsStrong: LinkRule = ({ certificate, facts, path, name, place }) =>
  isTakenKey(publicKeyOf(certificate), place)
    ? []
    : [
        {
          path,
          expected: `a key of ${takenKeys[place]}`,
          found: `${name}, with ${facts.key}`,
          fix: "Make a key of another kind or size, and have a certificate signed for it.",
        },
      ];

export const signatureIsStrong: LinkRule = ({ facts, path, name }) =>
  isStrongSignature(facts.signatureAlgorithm)
    ? []
    : [
        {
          path,
          expected: "signatures by RSA or ECDSA with SHA-256, SHA-384 or SHA-512",
          found: `${name}, signed with ${facts.signatureAlgorithm}`,
          fix: "Have it signed anew with SHA-256: istiod refuses it as it is.",
        },
      ];
