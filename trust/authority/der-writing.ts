/** Writing DER (ITU-T X.690), as far as certificates need it. Pure. */

/** A value: its tag, and what it holds. */
export function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const held = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(held.length), held]);
}

export function sequence(...content: readonly Buffer[]): Buffer {
  return der(0x30, ...content);
}

export function boolean(value: boolean): Buffer {
  return der(0x01, Buffer.from([value ? 0xff : 0x00]));
}

/** An INTEGER that is not negative, in as few octets as it needs. */
export function integer(octets: Buffer): Buffer {
  const first = octets.findIndex((octet) => octet !== 0);
  const shortest = first < 0 ? Buffer.from([0]) : octets.subarray(first);
  const isNegative = ((shortest[0] ?? 0) & 0x80) !== 0;
  return der(0x02, ...(isNegative ? [Buffer.from([0])] : []), shortest);
}

/** A BIT STRING of whole octets. */
export function bitString(octets: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), octets);
}

/** A BIT STRING of named bits: without those behind the last one that is set. */
export function namedBits(bits: readonly number[]): Buffer {
  const last = Math.max(...bits);
  const octets = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return der(0x03, Buffer.from([7 - (last & 7)]), octets);
}

/** @param numbers With dots between them. */
export function objectIdentifier(numbers: string): Buffer {
  const [first = 0, second = 0, ...rest] = numbers.split(".").map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(inSevens)));
}

/** A Time (RFC 5280, 4.1.2.5): UTCTime through 2049, GeneralizedTime from then on. */
export function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:T]/g, "");
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2), "latin1"))
    : der(0x18, Buffer.from(digits, "latin1"));
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets = inOctets(length);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

function inOctets(number: number): number[] {
  return number === 0 ? [] : [...inOctets(Math.floor(number / 256)), number % 256];
}

/** A number in groups of seven bits, of which all but the last have the eighth. */
function inSevens(number: number): number[] {
  const groups = (rest: number): number[] =>
    rest === 0 ? [] : [...groups(Math.floor(rest / 128)), 0x80 | (rest % 128)];
  return [...groups(Math.floor(number / 128)), number % 128];
}
