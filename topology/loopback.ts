import { contains, parseAddress, parseRange, type AddressRange } from "./ranges";

/** Addresses that lead back to the machine that uses them; IPv4's also as IPv6 writes them. */
const ranges = ["127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128", "::ffff:127.0.0.0/104", "::ffff:0.0.0.0/128"].map(
  (text) => parseRange(text) as AddressRange,
);

/**
 * Whether a host is whoever asks: `localhost`, 127.0.0.0/8, ::1, and the unspecified addresses, which Linux takes for it.
 * @param host As it stands in a URL, so IPv6 may be in brackets.
 */
export function isOwnMachine(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  const address = parseAddress(name);
  return address !== undefined && ranges.some((range) => contains(range, address));
}
