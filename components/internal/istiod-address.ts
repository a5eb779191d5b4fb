import { parseAddress, writeAddress, type HelmValues } from "../../topology";

/** Port at which istiod answers the injection webhook. */
export const injectionPort = 15017;

/** Port at which istiod serves proxies, over TLS. */
export const discoveryPort = 15012;

/** Whether an address is a host's name and no IP address. */
export function isHostName(address: string): boolean {
  return parseAddress(address) === undefined;
}

/**
 * Where a remote cluster's Service `istiod` leads. The chart knows an IPv6 address by hexadecimal digits alone, and takes
 * what else there is for a host's name. It puts the address into an EndpointSlice of IPv6, of which a Service of IPv4 takes
 * no notice: that is what the Service would be in a cluster of both families whose first is IPv4.
 */
export function pilotAddress(address: string): HelmValues {
  const read = parseAddress(address);
  if (read?.family !== 6) return { remotePilotAddress: address };
  // Written into YAML as it is, an address with a colon at its end would be a mapping.
  return { remotePilotAddress: writeAddress(read).replace(/::$/, "::0"), ipFamilies: ["IPv6"] };
}
