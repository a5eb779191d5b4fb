import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownedLabels } from "../topology";
import { readerServiceAccount, readerTokenSecret } from "./internal/names";
import { remoteKubeconfig } from "./internal/remote-kubeconfig";

/** What a {@link ReaderAccount} is made from. */
export interface ReaderAccountArgs {
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** URL of its API server as the other clusters reach it. */
  readonly server: pulumi.Input<string>;
  /** PEM bundle, in base64, for a server that a proxy with a certificate of its own stands before. Default: the cluster's own. */
  readonly certificateAuthorityData?: pulumi.Input<string>;
  /** Namespace that holds the reader's service account. */
  readonly namespace: pulumi.Input<string>;
}

/**
 * The account by which the istiods of other clusters read this one, and the kubeconfig that they are given. The account
 * is the base chart's; the token is ours, so that it can be replaced without touching the account.
 */
export class ReaderAccount extends pulumi.ComponentResource {
  /** Kubeconfig with the reader's token. Secret. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: ReaderAccountArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:ReaderAccount", name, {}, opts);

    const token = new kubernetes.core.v1.Secret(
      `${name}-token`,
      {
        type: "kubernetes.io/service-account-token",
        metadata: {
          name: readerTokenSecret,
          namespace: args.namespace,
          labels: ownedLabels,
          annotations: { "kubernetes.io/service-account.name": readerServiceAccount },
        },
      },
      { parent: this },
    );

    this.kubeconfig = pulumi.secret(
      pulumi
        .all([token.data, args.server, args.certificateAuthorityData])
        .apply(([data, server, certificateAuthorityData]) =>
          remoteKubeconfig({
            cluster: args.cluster,
            server,
            certificateAuthorityData: certificateAuthorityData ?? filled(data, "ca.crt"),
            token: Buffer.from(filled(data, "token"), "base64").toString(),
          }),
        ),
    );
    this.registerOutputs({});
  }
}

function filled(data: Record<string, string> | undefined, key: string): string {
  const value = data?.[key];
  if (value === undefined) {
    throw new pulumi.RunError(
      `Secret ${readerTokenSecret}: Kubernetes has not filled in ${key}. Is its token controller running?`,
    );
  }
  return value;
}
