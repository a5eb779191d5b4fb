import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownedLabels, type MachinePlan } from "../topology";

/** What a {@link Machine} is made from. */
export interface MachineArgs {
  readonly machine: MachinePlan;
}

/**
 * A machine outside Kubernetes that belongs to the mesh: its WorkloadEntry (istio.io, "Virtual Machine Installation"), in
 * the cluster that it joins. The istiods of the other clusters find it there. It stands as long as it is described, whether
 * the machine answers or not: istiod makes entries by itself only for groups of machines that come and go.
 */
export class Machine extends pulumi.ComponentResource {
  constructor(name: string, args: MachineArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:Machine", name, {}, opts);

    const { address, labels, locality, name: entry, namespace, network, ports, serviceAccount } = args.machine;
    new kubernetes.apiextensions.CustomResource(
      `${name}-entry`,
      {
        apiVersion: "networking.istio.io/v1",
        kind: "WorkloadEntry",
        metadata: { name: entry, namespace, labels: ownedLabels },
        spec: {
          address,
          network,
          serviceAccount,
          ...(Object.keys(labels).length === 0 ? {} : { labels }),
          ...(Object.keys(ports).length === 0 ? {} : { ports }),
          ...(locality === undefined ? {} : { locality }),
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
