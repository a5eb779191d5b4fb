import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, ownedLabels, tokenSecretOf } from "../topology";
import { remoteKubeconfig } from "./internal/remote-kubeconfig";

/** What a {@link ReaderAccount} is made from. */
export interface ReaderAccountArgs {
  /** The cluster's name in the mesh. */
  readonly cluster: string;
  /** The service account, which one of Istio's charts made. */
  readonly serviceAccount: string;
  /** URL of its API server as the other clusters reach it. */
  readonly server: pulumi.Input<string>;
  /** Name that the API server's certificate must have. Default: the URL's host. */
  readonly tlsServerName?: pulumi.Input<string>;
  /** PEM bundle, in base64, for a server that a proxy with a certificate of its own stands before. Default: the cluster's own. */
  readonly certificateAuthorityData?: pulumi.Input<string>;
  /** Namespace that holds the service account. */
  readonly namespace: pulumi.Input<string>;
}

/**
 * An account by which an istiod elsewhere reads this cluster, and the kubeconfig that it is given. The account is a
 * chart's; the token is ours, so that it can be replaced without touching the account.
 */
export class ReaderAccount extends pulumi.ComponentResource {
  /** Kubeconfig with the account's token. Secret. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: ReaderAccountArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:ReaderAccount", name, {}, opts);

    const secretName = tokenSecretOf(args.serviceAccount);
    const token = new kubernetes.core.v1.Secret(
      childName(name, "ReaderAccount", "token"),
      {
        type: "kubernetes.io/service-account-token",
        metadata: {
          name: secretName,
          namespace: args.namespace,
          labels: ownedLabels,
          annotations: { "kubernetes.io/service-account.name": args.serviceAccount },
        },
      },
      { parent: this },
    );

    this.kubeconfig = pulumi.secret(
      pulumi
        .all([token.data, args.server, args.tlsServerName, args.certificateAuthorityData])
        .apply(([data, server, tlsServerName, certificateAuthorityData]) =>
          remoteKubeconfig({
            cluster: args.cluster,
            server,
            ...(tlsServerName === undefined ? {} : { tlsServerName }),
            certificateAuthorityData: certificateAuthorityData ?? filled(data, "ca.crt", secretName),
            token: Buffer.from(filled(data, "token", secretName), "base64").toString(),
          }),
        ),
    );
    this.registerOutputs({});
  }
}

function filled(data: Record<string, string> | undefined, key: string, secretName: string): string {
  const value = data?.[key];
  if (value === undefined) {
    throw new pulumi.RunError(
      `Secret ${secretName}: Kubernetes has not filled in ${key}. Is its token controller running?`,
    );
  }
  return value;
}
