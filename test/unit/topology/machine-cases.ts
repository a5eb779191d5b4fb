import type { MeshConfig } from "../../../topology";
import { externals, meshOf } from "./meshes";
import type { RuleCases } from "./rule-cases";

type MachineConfig = NonNullable<MeshConfig["machines"]>[string];

/** A machine that is right in a mesh with a cluster east and a namespace shop. */
export function machine(change: Partial<MachineConfig> = {}): MachineConfig {
  return { cluster: "east", namespace: "shop", serviceAccount: "billing", address: "10.0.3.7", ...change };
}

/** A mesh of two clusters with these machines. */
export function withMachines(
  machines: Readonly<Record<string, MachineConfig>>,
  change: Partial<MeshConfig> = {},
): MeshConfig {
  return meshOf({ east: {}, west: { network: "network2" } }, { namespaces: { shop: {} }, ...change, machines });
}

/** Rules about machines outside Kubernetes. */
export const machineCases: RuleCases = {
  "known-machine-clusters": [
    withMachines({ billing: machine({ cluster: "eest" }) }),
    'isthmus:mesh.machines.billing.cluster: expected a cluster of the mesh: east, west, found "eest". Did you mean `east`?',
  ],
  "machines-join-istiods": [
    meshOf(
      { east: { controlPlane: "control" }, west: {} },
      {
        externalControlPlanes: externals({ control: {} }),
        namespaces: { shop: {} },
        machines: { billing: machine() },
      },
    ),
    'isthmus:mesh.machines.billing.cluster: expected a cluster with an istiod of its own: west, found "east", which is served by external control plane control. Name a cluster that runs istiod, or remove the machine.',
  ],
  "machine-namespaces-made": [
    withMachines({ billing: machine({ namespace: "shopp" }) }),
    'isthmus:mesh.machines.billing.namespace: expected a namespace of `namespaces`: shop, found "shopp". Did you mean `shop`?',
  ],
  "machines-reachable": [
    withMachines({ billing: machine({ address: "127.0.0.1" }) }),
    'isthmus:mesh.machines.billing.address: expected an address at which the workloads of its network reach it, found "127.0.0.1", which is for each caller itself. Write the address of the machine\'s interface in that network.',
  ],
  "machine-addresses-once": [
    withMachines({ billing: machine(), stock: machine({ network: "network1" }) }),
    'isthmus:mesh.machines.stock.address: expected an address that no other machine of its network has, found "10.0.3.7", that of billing. Write the address of each. What runs on one machine is one entry, with all of its ports and labels.',
  ],
  "machine-labels-free": [
    withMachines({ billing: machine({ labels: { app: "billing", "topology.istio.io/network": "network2" } }) }),
    'isthmus:mesh.machines.billing.labels["topology.istio.io/network"]: expected nothing, because that is for `network` of the machine, found "network2". Remove it.',
  ],
};
