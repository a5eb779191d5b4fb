import { configurationPath } from "../path";
import type { Mesh } from "../schema";

/** A machine outside Kubernetes that belongs to the mesh. Plain data, known at preview. */
export interface MachinePlan {
  /** Name of its WorkloadEntry. */
  readonly name: string;
  /** Where the configuration describes it, for problems with it. */
  readonly path: string;
  /** The cluster whose istiod serves it. */
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** At which callers in its network reach it. */
  readonly address: string;
  readonly network: string;
  /** `region/zone/subzone`, as much of it as is known; undefined where nothing is. */
  readonly locality?: string;
  /** Ports by name; none where it has no names for them. */
  readonly ports: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Plans the machines, sorted by name. Pure. */
export function planMachines(mesh: Mesh): MachinePlan[] {
  return Object.entries(mesh.machines)
    .map(([name, { cluster, namespace, serviceAccount, address, network, locality, ports, labels }]) => ({
      name,
      path: configurationPath("machines", name),
      cluster,
      namespace,
      serviceAccount,
      address,
      network: network ?? mesh.clusters[cluster]?.network ?? "",
      ...(locality === undefined ? {} : { locality }),
      ports,
      labels,
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The machines that a cluster's istiod serves. Pure. */
export function machinesOf(plan: { readonly machines: readonly MachinePlan[] }, cluster: string): MachinePlan[] {
  return plan.machines.filter((machine) => machine.cluster === cluster);
}
