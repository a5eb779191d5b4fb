import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, ownedLabels, remoteSecretLabel, remoteSecretName } from "../topology";

/** What a {@link RemoteSecret} is made from. */
export interface RemoteSecretArgs {
  /** Namespace of the istiod that reads. */
  readonly namespace: pulumi.Input<string>;
  /** Kubeconfigs of the clusters that it reads, by the clusters' names. Secret. */
  readonly kubeconfigs: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
}

/**
 * The kubeconfigs of all clusters that a control plane reads, in one Secret with a key for each: istiod takes each key
 * for a cluster's name, which must be the name that the cluster's own istiod was given.
 */
export class RemoteSecret extends pulumi.ComponentResource {
  constructor(name: string, args: RemoteSecretArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:RemoteSecret", name, {}, opts);

    new kubernetes.core.v1.Secret(
      childName(name, "RemoteSecret", "secret"),
      {
        metadata: {
          name: remoteSecretName,
          namespace: args.namespace,
          labels: { ...ownedLabels, [remoteSecretLabel]: "true" },
        },
        data: pulumi.secret(
          pulumi
            .output(args.kubeconfigs)
            .apply((kubeconfigs) =>
              Object.fromEntries(
                Object.entries(kubeconfigs).map(([cluster, text]) => [cluster, Buffer.from(text).toString("base64")]),
              ),
            ),
        ),
      },
      { parent: this },
    );

    this.registerOutputs({});
  }
}
