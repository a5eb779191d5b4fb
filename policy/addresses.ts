import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * Ranges that the internet does not route: those that IANA's special-purpose address registries call not globally
 * reachable (RFC 6890 and its updates). Among them are RFC 1918's, carrier-grade NAT (RFC 6598) and unique local IPv6
 * addresses (RFC 4193).
 */
const unroutedRanges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
  "::/127",
  "64:ff9b:1::/48",
  "100::/64",
  "2001:db8::/32",
  "3fff::/20",
  "5f00::/16",
  "fc00::/7",
  "fe80::/10",
] as const;

const unrouted = blockList(unroutedRanges);

/** What a URL's host is, as far as that can be told without asking anybody. */
export type Reach = "public" | "private" | "host-name" | "unreadable";

/**
 * What the host of a URL is. A host name is judged by its ending alone: what it resolves to is known where it is
 * resolved, not here.
 * @param privateDomains Endings of host names that lead to no public address, such as `.internal`.
 * @param allowed Ranges (CIDR) that count as private: of addresses that are public by number and closed by a firewall.
 */
export function reachOf(url: string, privateDomains: readonly string[], allowed: readonly string[]): Reach {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "") : "";
  if (host === "") return "unreadable";
  if (isIP(host) === 0) {
    return host === "localhost" || privateDomains.some((ending) => host.endsWith(ending)) ? "private" : "host-name";
  }
  const family = isIPv4(host) ? "ipv4" : "ipv6";
  return unrouted.check(host, family) || blockList(allowed).check(host, family) ? "private" : "public";
}

function blockList(ranges: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const range of ranges) {
    const [address = "", length = isIPv4(address) ? "32" : "128"] = range.split("/");
    blocks.addSubnet(address, Number(length), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return blocks;
}
