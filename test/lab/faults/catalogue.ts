import { authorityFaults } from "./authority";
import { clusterFaults } from "./clusters";
import { configurationFaults } from "./configuration";
import type { LabFault } from "./fault";
import { gatewayFaults } from "./gateways";
import { istiodFaults } from "./istiod";
import { namespaceFaults } from "./namespaces";
import { remoteKubeconfigFaults } from "./remote-kubeconfigs";

/** Faults of a mesh of two primaries on two networks. What takes a whole cluster away comes last. */
export const primaryFaults: readonly LabFault[] = [
  ...remoteKubeconfigFaults,
  ...namespaceFaults,
  ...gatewayFaults,
  ...configurationFaults,
  ...authorityFaults,
  ...istiodFaults,
  ...clusterFaults,
];

/** Two at once, by their names: neither follows from the other, and each is to be named. */
export const pairs: readonly (readonly [string, string])[] = [
  ["kubeconfig-deleted", "gateway-scaled-to-nothing"],
  ["token-of-former-times", "network-label-missing"],
  ["cacerts-without-key", "listener-ends-tls"],
  ["istiod-scaled-to-nothing", "clients-in-plain-text"],
  ["webhook-deleted", "reader-role-unbound"],
  ["network-policy-without-15443", "service-with-other-ports"],
  ["dns-scaled-to-nothing", "another-mesh-id"],
  ["gateway-without-15443", "nothing-allowed"],
  ["istiod-image-not-found", "kubeconfig-to-loopback"],
  ["intermediate-ended", "load-balancer-pending"],
];

/** A fault of {@link primaryFaults}. @throws RangeError where there is none of that name. */
export function faultCalled(name: string): LabFault {
  const found = primaryFaults.find((fault) => fault.name === name);
  if (found === undefined) throw new RangeError(`no fault ${name}`);
  return found;
}
