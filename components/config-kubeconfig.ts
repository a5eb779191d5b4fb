import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, configKubeconfigSecret, ownedLabels } from "../topology";

/** What a {@link ConfigKubeconfig} is made from. */
export interface ConfigKubeconfigArgs {
  /** Namespace of the external istiod. */
  readonly namespace: pulumi.Input<string>;
  /** Kubeconfig of its configuration cluster. Secret. */
  readonly kubeconfig: pulumi.Input<string>;
}

/** The kubeconfig by which an external istiod takes its configuration from a cluster of the mesh. */
export class ConfigKubeconfig extends pulumi.ComponentResource {
  constructor(name: string, args: ConfigKubeconfigArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:ConfigKubeconfig", name, {}, opts);

    new kubernetes.core.v1.Secret(
      childName(name, "ConfigKubeconfig", "secret"),
      {
        metadata: { name: configKubeconfigSecret.name, namespace: args.namespace, labels: ownedLabels },
        data: pulumi.secret(
          pulumi
            .output(args.kubeconfig)
            .apply((text) => ({ [configKubeconfigSecret.key]: Buffer.from(text).toString("base64") })),
        ),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
