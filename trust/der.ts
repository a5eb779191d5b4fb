/** Reading DER (ITU-T X.690), as far as certificates and signing requests need it. Pure. */

/** A value in DER. */
export interface DerElement {
  /** Its tag octet, class and form included: 0x30 for a SEQUENCE. */
  readonly tag: number;
  readonly content: Buffer;
  /** The whole, with tag and length. */
  readonly encoded: Buffer;
}

/** Tags that certificates are made of. `context(n)` is `[n]` of the ASN.1 module, in the form that holds others. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  context: (number: number): number => 0xa0 + number,
} as const;

/** All values that follow one another in some bytes; nothing when they are no DER. */
function derElements(bytes: Buffer): DerElement[] | undefined {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    if (element === undefined) return undefined;
    elements.push(element);
    at += element.encoded.length;
  }
  return elements;
}

/** What a value holds; nothing when that is no DER, or there is no such value. */
export function childrenOf(element: DerElement | undefined): DerElement[] {
  return element === undefined ? [] : (derElements(element.content) ?? []);
}

/** The one value that some bytes are; nothing when they are none, or more. */
export function onlyElement(bytes: Buffer): DerElement | undefined {
  const elements = derElements(bytes);
  return elements?.length === 1 ? elements[0] : undefined;
}

/** An OBJECT IDENTIFIER in numbers with dots. */
export function objectIdentifier({ content }: DerElement): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...rest] = arcs;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join(".");
}

/** A small INTEGER; one that no number holds exactly is as good as infinite. */
export function smallInteger({ content }: DerElement): number {
  const value = BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString("hex") || "0"}`));
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}

/** Numbers of the bits that are set in a BIT STRING, the first one is 0. */
export function setBits({ content }: DerElement): number[] {
  const octets = content.subarray(1);
  return [...octets].flatMap((octet, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (octet & (0x80 >> bit)) !== 0).map((bit) => index * 8 + bit),
  );
}

function elementAt(bytes: Buffer, start: number): DerElement | undefined {
  const tag = bytes[start];
  const first = bytes[start + 1];
  // Tags of several octets, and lengths that are only known at the end, do not occur in certificates.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || first === 0x80) return undefined;
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  const from = start + 2 + lengthOctets;
  if (lengthOctets > 4 || from > bytes.length) return undefined;
  const length = lengthOctets === 0 ? first : bytes.readUIntBE(start + 2, lengthOctets);
  const end = from + length;
  if (end > bytes.length) return undefined;
  return { tag, content: bytes.subarray(from, end), encoded: bytes.subarray(start, end) };
}
