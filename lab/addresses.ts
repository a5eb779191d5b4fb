/** The family of a cluster's addresses: its node's, its pods', its Services' and its LoadBalancers'. */
export type AddressFamily = "IPv4" | "IPv6";

/** The addresses of one cluster, which follow from its index. */
export interface ClusterAddresses {
  readonly node: string;
  /** The node's address and the length of the lab's subnet. */
  readonly nodeInSubnet: string;
  readonly pods: string;
  /** Bits of the range that are one node's: all of it, for there is one node. */
  readonly podBits: number;
  readonly services: string;
  /** The `kubernetes` Service: the first address of the range, by Kubernetes' own rule. */
  readonly kubernetesService: string;
  readonly dnsService: string;
  /** First and last address that MetalLB hands out, as its IPAddressPool wants them. */
  readonly loadBalancers: string;
}

/**
 * The subnets that all nodes and LoadBalancer addresses lie in. IPv4's is kind's default too, so that addresses in
 * Istio's and MetalLB's examples for kind fit; IPv6's is one of unique local addresses (RFC 4193).
 */
export const labSubnets: Readonly<Record<AddressFamily, string>> = {
  IPv4: "172.18.0.0/16",
  IPv6: "fd49:7374:686d::/64",
};

/** The machine's own addresses in the lab's subnets. */
export const hostAddresses: Readonly<Record<AddressFamily, string>> = {
  IPv4: "172.18.0.1/16",
  IPv6: "fd49:7374:686d::1/64",
};

/** All addresses of a family, as a route's destination. */
export const everywhere: Readonly<Record<AddressFamily, string>> = { IPv4: "0.0.0.0/0", IPv6: "::/0" };

/** With IPv6 the digits of the decimal numbers are kept, for who reads both: pods of index 1 are in 10.101 and in :101:. */
const schemes: Readonly<Record<AddressFamily, (index: number) => ClusterAddresses>> = {
  IPv4: (index) => ({
    node: `172.18.0.${10 + index}`,
    nodeInSubnet: `172.18.0.${10 + index}/16`,
    pods: `10.${100 + index}.0.0/16`,
    podBits: 16,
    services: `10.${200 + index}.0.0/16`,
    kubernetesService: `10.${200 + index}.0.1`,
    dnsService: `10.${200 + index}.0.10`,
    loadBalancers: `172.18.${11 + index}.0-172.18.${11 + index}.255`,
  }),
  IPv6: (index) => ({
    node: `fd49:7374:686d::${10 + index}`,
    nodeInSubnet: `fd49:7374:686d::${10 + index}/64`,
    pods: `fd49:7374:686d:${100 + index}::/64`,
    podBits: 64,
    // Kubernetes takes no more than 20 bits for Services.
    services: `fd49:7374:686d:${200 + index}::/112`,
    kubernetesService: `fd49:7374:686d:${200 + index}::1`,
    dnsService: `fd49:7374:686d:${200 + index}::10`,
    loadBalancers: `fd49:7374:686d::${11 + index}:0-fd49:7374:686d::${11 + index}:ff`,
  }),
};

/** The addresses of the cluster with an index. */
export const addressesOf = (family: AddressFamily, index: number): ClusterAddresses => schemes[family](index);

/** A host and a port, as URLs and flags have them: an IPv6 address in brackets. */
export const endpoint = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
