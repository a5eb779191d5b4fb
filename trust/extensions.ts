import { childrenOf, objectIdentifier, onlyElement, setBits, smallInteger, tags, type DerElement } from "./der";
import { extendedKeyUsageNames, extensionIds } from "./object-identifiers";
import { withColons } from "./showing";

/** Key usages in the order of their bits (RFC 5280, 4.2.1.3), by the names that openssl gives them in configurations. */
const keyUsageNames = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

/** What a key may be used for. */
export type KeyUsage = (typeof keyUsageNames)[number];

/** A name constraint: what names of a kind must, or must not, be like. */
export interface NameConstraint {
  /** `other`: a kind that Go's x509 does not know, such as a directory name. */
  readonly kind: "dns" | "uri" | "email" | "address" | "other";
  /** A host, or `.` and a domain, whose hosts are meant; of an address its bytes in hexadecimal. */
  readonly value: string;
}

/** The names that a CA may give. */
export interface NameConstraints {
  readonly permitted: readonly NameConstraint[];
  readonly excluded: readonly NameConstraint[];
  readonly isCritical: boolean;
}

/** What the extensions of a certificate say (RFC 5280, 4.2). */
export interface Extensions {
  /** Whether the certificate is one of an authority. */
  readonly isCa: boolean;
  /** How many CAs may follow it in a chain. Nothing: any number. */
  readonly pathLength?: number;
  /** Nothing: any use. */
  readonly keyUsages?: readonly KeyUsage[];
  /** Names of the usages, or numbers of those without one here. Nothing: any use. */
  readonly extendedKeyUsages?: readonly string[];
  /** Hexadecimal, in upper case, with colons. */
  readonly subjectKeyId?: string;
  /** As the subject's, of the key that signed it. */
  readonly authorityKeyId?: string;
  readonly nameConstraints?: NameConstraints;
  /** Object identifiers of critical extensions that Go's x509 and BoringSSL do not both know: they refuse such a certificate. */
  readonly unknownCritical: readonly string[];
}

const known: readonly string[] = Object.values(extensionIds);

interface Extension {
  readonly isCritical: boolean;
  readonly value: DerElement | undefined;
}

/** Reads the extensions, the SEQUENCE of them as it stands in a certificate. */
export function readExtensions(sequence: DerElement | undefined): Extensions {
  const byId = new Map(childrenOf(sequence).flatMap(extensionEntry));
  const value = (id: string): DerElement | undefined => byId.get(id)?.value;

  const [isCa, pathLength] = basicConstraints(value(extensionIds.basicConstraints));
  const usages = value(extensionIds.keyUsage);
  const extended = value(extensionIds.extendedKeyUsage);
  const subjectKeyId = value(extensionIds.subjectKeyId);
  const authorityKeyId = childrenOf(value(extensionIds.authorityKeyId)).find(({ tag }) => tag === 0x80);
  const constraints = byId.get(extensionIds.nameConstraints);
  return {
    isCa,
    ...(pathLength === undefined ? {} : { pathLength }),
    ...(usages === undefined ? {} : { keyUsages: setBits(usages).flatMap((bit) => keyUsageNames[bit] ?? []) }),
    ...(extended === undefined ? {} : { extendedKeyUsages: childrenOf(extended).map(extendedKeyUsage) }),
    ...(subjectKeyId === undefined ? {} : { subjectKeyId: withColons(subjectKeyId.content) }),
    ...(authorityKeyId === undefined ? {} : { authorityKeyId: withColons(authorityKeyId.content) }),
    ...(constraints === undefined ? {} : { nameConstraints: nameConstraints(constraints) }),
    unknownCritical: [...byId].filter(([id, { isCritical }]) => isCritical && !known.includes(id)).map(([id]) => id),
  };
}

function extensionEntry(extension: DerElement): [string, Extension][] {
  const [id, ...rest] = childrenOf(extension);
  const octets = rest.at(-1);
  if (id === undefined || octets?.tag !== tags.octetString) return [];
  const isCritical = rest.some(({ tag, content }) => tag === tags.boolean && content[0] !== 0);
  return [[objectIdentifier(id), { isCritical, value: onlyElement(octets.content) }]];
}

function basicConstraints(value: DerElement | undefined): [boolean, number | undefined] {
  const parts = childrenOf(value);
  const pathLength = parts.find(({ tag }) => tag === tags.integer);
  return [
    parts.some(({ tag, content }) => tag === tags.boolean && content[0] !== 0),
    pathLength === undefined ? undefined : smallInteger(pathLength),
  ];
}

function extendedKeyUsage(usage: DerElement): string {
  const id = objectIdentifier(usage);
  return extendedKeyUsageNames[id] ?? id;
}

function nameConstraints({ isCritical, value }: Extension): NameConstraints {
  const subtrees = (number: number): NameConstraint[] =>
    childrenOf(childrenOf(value).find(({ tag }) => tag === tags.context(number))).flatMap((subtree) =>
      childrenOf(subtree).slice(0, 1).map(nameConstraint),
    );
  return { permitted: subtrees(0), excluded: subtrees(1), isCritical };
}

/** A GeneralName (RFC 5280, 4.2.1.6). */
function nameConstraint({ tag, content }: DerElement): NameConstraint {
  switch (tag) {
    case 0x81:
      return { kind: "email", value: content.toString("latin1") };
    case 0x82:
      return { kind: "dns", value: content.toString("latin1") };
    case 0x86:
      return { kind: "uri", value: content.toString("latin1") };
    case 0x87:
      return { kind: "address", value: content.toString("hex") };
    default:
      return { kind: "other", value: "" };
  }
}
