/** An IP address: its family, and the number that it is. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** All addresses from the first to the last. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Bits of an address. */
const bitsOf = { 4: 32, 6: 128 } as const;

/**
 * Reads an IPv4 or IPv6 address, `10.1.2.3` or `fd00::1`; undefined when it is none. Zeros before a number of IPv4 are
 * refused, as Kubernetes refuses them: some programs read them as octal. So are zones of IPv6, which hold on one machine.
 */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(":") ? readIpv6(text) : readIpv4(text);
  return value === undefined ? undefined : { family: text.includes(":") ? 6 : 4, value };
}

/**
 * Reads a range in CIDR notation, `10.1.0.0/16` or `fd00:1::/64`; undefined when it is none. The address may be any of the
 * range, as Kubernetes takes it.
 */
export function parseRange(text: string): AddressRange | undefined {
  const [, written, length] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  if (written === undefined || length === undefined) return undefined;
  const address = parseAddress(written);
  if (address === undefined || Number(length) > bitsOf[address.family]) return undefined;
  const size = 1n << BigInt(bitsOf[address.family] - Number(length));
  const first = address.value - (address.value % size);
  return { family: address.family, first, last: first + size - 1n };
}

/** The one text for an address; of IPv6 that of RFC 5952, with all of it in hexadecimal digits, as URLs have it. */
export function writeAddress({ family, value }: Address): string {
  return family === 4 ? partsOf(value, 4, 8n).join(".") : writeIpv6(value);
}

/** The IPv4 address that an IPv6 one stands for (`::ffff:10.1.2.3`; RFC 4291, 2.5.5.2); any other as it is. */
export function unmapped(address: Address): Address {
  const isMapped = address.family === 6 && address.value >> 32n === 0xffffn;
  return isMapped ? { family: 4, value: address.value & 0xffffffffn } : address;
}

/** So many parts of a number, of so many bits each. */
function partsOf(value: bigint, count: number, bits: bigint): bigint[] {
  return Array.from(
    { length: count },
    (_unused, index) => (value >> (bits * BigInt(count - 1 - index))) & ((1n << bits) - 1n),
  );
}

function writeIpv6(value: bigint): string {
  const text = partsOf(value, 8, 16n)
    .map((group) => group.toString(16))
    .join(":");
  // The longest run of zeros goes, the first of those that are equally long.
  const runs = [...text.matchAll(/\b0(:0)+\b/g)].sort(([left], [right]) => right.length - left.length);
  const [longest] = runs;
  if (longest === undefined) return text;
  const before = text.slice(0, longest.index).replace(/:$/, "");
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}

/** Whether two ranges have an address in common. IPv4 and IPv6 never have. */
export function overlap(left: AddressRange, right: AddressRange): boolean {
  return left.family === right.family && left.first <= right.last && right.first <= left.last;
}

/** Whether an address is in a range. */
export function contains(range: AddressRange, address: Address): boolean {
  return overlap(range, { family: address.family, first: address.value, last: address.value });
}

function readIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function readIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const left = 8 - head.length - (tail?.length ?? 0);
  // `::` stands for at least one group of zeros.
  if (halves.length === 2 ? left < 1 : left !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: left }, () => 0n), ...(tail ?? [])];
  return groups.reduce((value, group) => value * 65536n + group, 0n);
}

/** Groups of 16 bits; the last two of an address may be written as IPv4. */
function groupsOf(text: string, isEnd: boolean): bigint[] | undefined {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else {
      const embedded = isEnd && index === parts.length - 1 ? readIpv4(part) : undefined;
      if (embedded === undefined) return undefined;
      groups.push(embedded / 65536n, embedded % 65536n);
    }
  }
  return groups;
}
