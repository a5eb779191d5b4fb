import type { X509Certificate } from "node:crypto";
import { shortQuote, type Problem } from "../../topology";
import { factsOf, publicKeyOf, subjectNameOf } from "../certificate";
import { childrenOf, objectIdentifier, onlyElement, tags, type DerElement } from "../der";
import { readName } from "../distinguished-name";
import { listExtensionIds } from "../object-identifiers";
import { pemBlocks, pemProblems, pemText, type PemBlock, type Reading } from "../pem";
import { isSignatureOf, isWhole, type SignedParts } from "../signature";
import { withColons } from "../showing";

/** A list of certificates that count no more, signed by the CA that issued them (a CRL, RFC 5280, 5). */
export interface RevocationList {
  /** The issuer on one line, in the order in which it stands there: `O=Istio, CN=Root CA`. */
  readonly issuer: string;
  /** The issuer in DER, by which proxies look the list up. */
  readonly issuerName: Buffer;
  /** Key id of the issuer, in upper case with colons; undefined where the list does not say it. */
  readonly authorityKeyId?: string;
  readonly thisUpdate: Date;
  /** Past it the list counts no more; undefined: it does not say. */
  readonly nextUpdate?: Date;
  /** Serial numbers, in hexadecimal as {@link serialOf} has them, and when each was revoked. */
  readonly revoked: ReadonlyMap<string, Date>;
  /** Whether it is one of all certificates of its issuer: BoringSSL takes neither deltas nor lists of a part. */
  readonly isWhole: boolean;
  readonly parts: SignedParts;
  readonly der: Buffer;
}

const label = "X509 CRL";

const expected = "one or more revocation lists in PEM";

/** A certificate's serial number in hexadecimal, upper case, without leading zeros. */
export function serialOf({ serialNumber }: X509Certificate): string {
  return plainSerial(serialNumber);
}

/** Every revocation list in a PEM text. What is none is passed over: for texts of others. */
export function revocationListsIn(pem: string): RevocationList[] {
  return pemBlocks(pem).flatMap((block) => (block.label === label ? (listOf(block) ?? []) : []));
}

/** Revocation lists one after the other, as PEM. */
export function revocationListsPem(lists: readonly { readonly der: Buffer }[]): string {
  return lists.map(({ der }) => pemText(label, der)).join("");
}

/**
 * Reads the revocation lists of a PEM text that a user gave, and tells all that is wrong with it.
 * @param path Where it stands in the configuration.
 */
export function readRevocationLists(pem: string, path: string): Reading<readonly RevocationList[]> {
  const torn = pemProblems(pem, path, expected);
  if (torn.length > 0) return { value: revocationListsIn(pem), problems: torn };
  const blocks = pemBlocks(pem);
  const read = blocks.map((block, index) => ({
    block,
    index,
    list: block.label === label ? listOf(block) : undefined,
  }));
  const problems = read.flatMap(({ block, index, list }) =>
    list === undefined ? [noList(block, index + 1, path)] : [],
  );
  const empty: Problem = {
    path,
    expected,
    found: pem.trim() === "" ? "nothing" : "a text without one",
    fix: "Give the text that begins with -----BEGIN X509 CRL-----: `openssl crl -inform DER` makes it of a list in DER.",
  };
  return {
    value: read.flatMap(({ list }) => list ?? []),
    problems: blocks.length === 0 ? [empty] : problems,
  };
}

/** Whether a list is a CA's own: by name and key id, as proxies look it up, and by the signature. */
export function isListOf(list: RevocationList, authority: X509Certificate): boolean {
  return namesAuthority(list, authority) && isSignedWithKeyOf(list, authority);
}

/** Whether a list names a CA as its issuer, whoever signed it. */
export function namesAuthority(list: RevocationList, authority: X509Certificate): boolean {
  const { subjectKeyId } = factsOf(authority);
  const { authorityKeyId, issuerName } = list;
  const keyIdFits = authorityKeyId === undefined || subjectKeyId === undefined || authorityKeyId === subjectKeyId;
  return keyIdFits && issuerName.equals(subjectNameOf(authority));
}

function isSignedWithKeyOf({ parts }: RevocationList, authority: X509Certificate): boolean {
  const key = publicKeyOf(authority);
  return key !== undefined && isSignatureOf(parts, key);
}

function listOf({ der }: PemBlock): RevocationList | undefined {
  const whole = der === undefined ? undefined : onlyElement(der);
  const [signed, algorithm, signature] = childrenOf(whole);
  if (whole === undefined || signed === undefined || algorithm === undefined || !isWhole(signature)) return undefined;
  const fields = childrenOf(signed).filter(({ tag }) => tag !== tags.integer);
  const [, name, ...rest] = fields;
  const times = rest.filter(({ tag }) => isTime(tag)).map(timeOf);
  const [thisUpdate, nextUpdate] = times;
  if (name?.tag !== tags.sequence || thisUpdate === undefined || times.includes(undefined)) return undefined;
  const entries = childrenOf(rest.find(({ tag }) => tag === tags.sequence)).map(entryOf);
  if (entries.includes(undefined)) return undefined;
  const extensions = extensionsOf(rest.find(({ tag }) => tag === tags.context(0)));
  const keyId = childrenOf(onlyElement(extensions.get(listExtensionIds.authorityKeyId) ?? Buffer.alloc(0))).find(
    ({ tag }) => tag === 0x80,
  );
  return {
    issuer: readName(name)
      .map((part) => part.join("="))
      .join(", "),
    issuerName: name.encoded,
    ...(keyId === undefined ? {} : { authorityKeyId: withColons(keyId.content) }),
    thisUpdate,
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    revoked: new Map(entries.flatMap((entry) => (entry === undefined ? [] : [entry]))),
    isWhole:
      !extensions.has(listExtensionIds.deltaIndicator) && !extensions.has(listExtensionIds.issuingDistributionPoint),
    parts: { signed, algorithm, signature },
    der: whole.encoded,
  };
}

function entryOf(entry: DerElement): [serial: string, at: Date] | undefined {
  const [serial, at] = childrenOf(entry);
  const time = at === undefined ? undefined : timeOf(at);
  if (serial?.tag !== tags.integer || time === undefined) return undefined;
  return [plainSerial(serial.content.toString("hex")), time];
}

function extensionsOf(explicit: DerElement | undefined): ReadonlyMap<string, Buffer> {
  return new Map(
    childrenOf(childrenOf(explicit)[0]).flatMap((extension): [string, Buffer][] => {
      const [id, ...rest] = childrenOf(extension);
      const value = rest.at(-1);
      return id === undefined || value === undefined ? [] : [[objectIdentifier(id), value.content]];
    }),
  );
}

const utcTime = 0x17;
const generalizedTime = 0x18;

function isTime(tag: number): boolean {
  return tag === utcTime || tag === generalizedTime;
}

/** A Time in the form that RFC 5280 asks for (4.1.2.5): to the second, in UTC. A UTCTime below 50 is of this century. */
function timeOf({ tag, content }: DerElement): Date | undefined {
  const digits = /^(\d+)Z$/.exec(content.toString("latin1"))?.[1] ?? "";
  const full = tag === utcTime ? `${Number(digits.slice(0, 2)) < 50 ? "20" : "19"}${digits}` : digits;
  const [, date = "", time = ""] = /^(\d{8})(\d{6})$/.exec(full) ?? [];
  const read = new Date(
    `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`,
  );
  return Number.isNaN(read.getTime()) ? undefined : read;
}

function plainSerial(hexadecimal: string): string {
  return hexadecimal.toUpperCase().replace(/^0+(?=.)/, "");
}

function noList({ label: found }: PemBlock, number: number, path: string): Problem {
  if (found.endsWith("PRIVATE KEY")) {
    return {
      path,
      expected,
      found: "a private key among them",
      fix: "Take it out: lists are public, and who may read the file has the key now.",
    };
  }
  return {
    path,
    expected,
    found: `block ${String(number)}, ${found === label ? "which is no list" : `called ${shortQuote(found)}`}`,
    fix: "Give the lists alone, each with all its lines.",
  };
}
