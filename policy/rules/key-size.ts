import type { KeyObject } from "node:crypto";
import { askedAuthority, authoritiesIn } from "../certificates";
import { at, text } from "../properties";
import { count, type Resource, resourceRule } from "../rule";

interface Sizes {
  readonly rsaBits: number;
  readonly ecdsaBits: number;
}

/** Bits of the curves, by the names of Pulumi's tls provider and of OpenSSL. */
const curveBits: Readonly<Record<string, number>> = {
  P224: 224,
  P256: 256,
  P384: 384,
  P521: 521,
  secp224r1: 224,
  prime256v1: 256,
  secp384r1: 384,
  secp521r1: 521,
};

/** What the tls provider makes where nothing is said (pulumi-tls, PrivateKey). */
const providersOwn = { rsaBits: 2048, ecdsaCurve: "P224" } as const;

interface Key {
  readonly kind: "rsa" | "ecdsa" | "other";
  /** Undefined for a curve that is not known. */
  readonly bits: number | undefined;
  readonly where: string;
}

/** Keys that are made, and those of the authorities that are given. */
export const keySize = resourceRule<Sizes>({
  name: "key-size",
  description: "Keys of root and intermediate CAs have a minimum size.",
  level: "mandatory",
  settings: {
    rsaBits: count("Smallest RSA key, in bits. 3072 is what NIST SP 800-57 counts as 128 bits of security.", 3072),
    ecdsaBits: count("Smallest elliptic curve, in bits. 256 is likewise 128 bits of security.", 256),
  },
  check: (resource, sizes) =>
    keysIn(resource).flatMap(({ kind, bits, where }) => {
      if (kind === "other") return [];
      const [least, name] = kind === "rsa" ? [sizes.rsaBits, "RSA"] : [sizes.ecdsaBits, "ECDSA"];
      if (bits !== undefined && bits >= least) return [];
      const found = bits === undefined ? "a curve that is not known" : `${bits} bits`;
      return [`${where}: expected an ${name} key of at least ${least} bits, found ${found}. Make a larger one.`];
    }),
});

function keysIn(resource: Resource): Key[] {
  return [
    ...madeBy(resource),
    ...askedBy(resource),
    ...authoritiesIn(resource).map(({ path, certificate }) => keyOf(certificate.publicKey, path)),
  ];
}

function madeBy({ type, properties }: Resource): Key[] {
  if (type !== "tls:index/privateKey:PrivateKey") return [];
  switch (properties["algorithm"]) {
    case "RSA":
      return [{ kind: "rsa", bits: Number(properties["rsaBits"] ?? providersOwn.rsaBits), where: "rsaBits" }];
    case "ECDSA":
      return [
        {
          kind: "ecdsa",
          bits: curveBits[text(properties["ecdsaCurve"]) ?? providersOwn.ecdsaCurve],
          where: "ecdsaCurve",
        },
      ];
    default:
      return [];
  }
}

/** What cert-manager makes where nothing is said (cert-manager.io, CertificatePrivateKey). */
const certManagersOwn = { algorithm: "RSA", rsaBits: 2048, ecdsaBits: 256 } as const;

function askedBy(resource: Resource): Key[] {
  const spec = askedAuthority(resource);
  if (spec === undefined) return [];
  const size = at(spec, "privateKey", "size");
  const where = "spec.privateKey.size";
  switch (text(at(spec, "privateKey", "algorithm")) ?? certManagersOwn.algorithm) {
    case "RSA":
      return [{ kind: "rsa", bits: Number(size ?? certManagersOwn.rsaBits), where }];
    case "ECDSA":
      return [{ kind: "ecdsa", bits: Number(size ?? certManagersOwn.ecdsaBits), where }];
    default:
      return [];
  }
}

function keyOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, where: string): Key {
  switch (asymmetricKeyType) {
    case "rsa":
    case "rsa-pss":
      return { kind: "rsa", bits: asymmetricKeyDetails?.modulusLength, where };
    case "ec":
      return { kind: "ecdsa", bits: curveBits[asymmetricKeyDetails?.namedCurve ?? ""], where };
    default:
      // Ed25519 and Ed448 come in one size.
      return { kind: "other", bits: undefined, where };
  }
}
