import type { Fault } from "../finding";
import { there } from "../origins";
import { authorityFaults } from "./authority";
import { clusterFaults } from "./cluster";
import { configurationFaults } from "./configuration";
import { gatewayFaults } from "./gateways";
import { istiodFaults } from "./istiod";
import { namespaceFaults } from "./namespaces";
import { remoteKubeconfigFaults } from "./remote-kubeconfigs";

/**
 * What can be wrong, each after what it may follow from. To add one: a row in the file of its kind with its id, and a row
 * under the id in docs/doctor.md.
 */
export const faults: readonly Fault[] = [
  ...clusterFaults,
  ...authorityFaults,
  ...istiodFaults,
  ...namespaceFaults,
  ...gatewayFaults,
  ...remoteKubeconfigFaults,
  ...configurationFaults,
].map(inOurClusters);

/** Of a cluster that is not the mesh's nothing is as it should be, and all of it has that one reason. */
function inOurClusters(fault: Fault, index: number, all: readonly Fault[]): Fault {
  const isBefore = all.findIndex(({ id }) => id === "another-cluster") < index;
  return isBefore ? { ...fault, follows: [...there("another-cluster"), ...fault.follows] } : fault;
}
