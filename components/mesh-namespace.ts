import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { meshNamespaceLabels, type NamespacePlan } from "../topology";

/** What a {@link MeshNamespace} is made from. */
export interface MeshNamespaceArgs {
  readonly namespace: NamespacePlan;
  /** `adopt` for a namespace that somebody else made: it is given the labels and annotations, and never deleted. */
  readonly origin: "create" | "adopt";
}

/**
 * A namespace of the mesh's workloads in one cluster. Leaving it out of the configuration, or destroying the stack, takes
 * nothing from the workloads in it: it is kept with its labels, whoever made it, for without them new pods would start
 * without a sidecar. `isthmus destroy` removes those of ours that are empty.
 */
export class MeshNamespace extends pulumi.ComponentResource {
  constructor(name: string, args: MeshNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:MeshNamespace", name, {}, opts);

    const { annotations, labels, name: namespaceName } = args.namespace;
    const own = { name: namespaceName, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
    if (args.origin === "adopt") {
      new kubernetes.core.v1.NamespacePatch(
        `${name}-patch`,
        { metadata: { ...own, labels } },
        { parent: this, retainOnDelete: true },
      );
    } else {
      new kubernetes.core.v1.Namespace(
        `${name}-namespace`,
        { metadata: { ...own, labels: { ...labels, ...meshNamespaceLabels } } },
        { parent: this, retainOnDelete: true },
      );
    }
    this.registerOutputs({});
  }
}
