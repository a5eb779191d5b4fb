import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ownedLabels,
  readerTokensOf,
  tokenName,
  tokenSecretOf,
  tokenSecretType,
  type ReaderTokensPlan,
} from "../topology";
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
  /** Its tokens, and which of them the kubeconfig has. Default: the one that nobody names. */
  readonly tokens?: ReaderTokensPlan;
}

/**
 * An account by which an istiod elsewhere reads this cluster, and the kubeconfig that it is given. The account is a
 * chart's; the tokens are ours, so that they can be replaced without touching the account: a Secret each, so that one is
 * revoked by deleting its own, while readers go by another.
 */
export class ReaderAccount extends pulumi.ComponentResource {
  /** Kubeconfig with the token that is used. Secret. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: ReaderAccountArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:ReaderAccount", name, {}, opts);

    const { tokens, used } = readerTokensOf(args.tokens === undefined ? {} : { readerTokens: args.tokens });
    const secrets = new Map(tokens.map((token) => [token, this.tokenSecret(name, args, token)]));
    const secret = secrets.get(used);
    if (secret === undefined) throw new RangeError(`${name} has no token ${used}`);
    const secretName = tokenSecretOf(args.serviceAccount, used);

    this.kubeconfig = pulumi.secret(
      pulumi
        .all([secret.data, args.server, args.tlsServerName, args.certificateAuthorityData])
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

  private tokenSecret(name: string, args: ReaderAccountArgs, token: string): kubernetes.core.v1.Secret {
    return new kubernetes.core.v1.Secret(
      tokenName(name, token),
      {
        type: tokenSecretType,
        metadata: {
          name: tokenSecretOf(args.serviceAccount, token),
          namespace: args.namespace,
          labels: ownedLabels,
          annotations: { "kubernetes.io/service-account.name": args.serviceAccount },
        },
      },
      { parent: this },
    );
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
