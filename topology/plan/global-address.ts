import { writeAddress } from "../ranges";

/**
 * First of the IPv4 addresses of global names: 241.0.0.0/8. It is of a range that nothing on a network may have (240.0.0.0/4,
 * RFC 1112), from which Istio takes those that it gives by itself (240.240.0.0/16): sidecars catch calls to them.
 */
const firstIpv4 = 0xf1000000n;

/** First of the IPv6 addresses: 2001:2::/48, kept for tests of machines (RFC 5180), from which Istio takes its own as well. */
const firstIpv6 = 0x20010002_0000_0000_0000_0000_0000_0000n;

/**
 * An address of each family for every name, the same in every cluster and in every run. Each follows from the name alone;
 * where two would share one, the later name takes the next one that is free. Pure.
 * @param hosts All global names of the mesh.
 */
export function globalAddresses(hosts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const taken = new Set<bigint>();
  const addresses = new Map<string, readonly string[]>();
  for (const host of [...new Set(hosts)].sort()) {
    const hash = fnv1a(host);
    // The last number is never 0 or 255, which some programs take for those of a whole network.
    let number = hash % 0xffffffn;
    while (taken.has(number) || [0n, 0xffn].includes(number & 0xffn)) number = (number + 1n) % 0xffffffn;
    taken.add(number);
    addresses.set(host, [
      writeAddress({ family: 4, value: firstIpv4 + number }),
      writeAddress({ family: 6, value: firstIpv6 + (((hash & 0xffff_ffff_ffffn) << 24n) | number) }),
    ]);
  }
  return addresses;
}

/** FNV-1a of 64 bits: short, and even enough for addresses. */
function fnv1a(text: string): bigint {
  return [...Buffer.from(text)].reduce(
    (hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
}
