/** By what a reader in another cluster reaches an API server. */
export interface RemoteAccess {
  readonly cluster: string;
  /** URL of the API server as other clusters reach it. */
  readonly server: string;
  /** Name that the API server's certificate must have, where it is not the URL's host. */
  readonly tlsServerName?: string;
  /** PEM bundle that signs the API server's certificate, in base64. */
  readonly certificateAuthorityData: string;
  /** Bearer token of the reader account. Secret. */
  readonly token: string;
}

/**
 * The kubeconfig that istiod reads from a remote secret, in the shape that `istioctl create-remote-secret` writes. It is
 * JSON, which is YAML too: one spelling for one content, so that istiod sees an update only when something changed.
 */
export function remoteKubeconfig(access: RemoteAccess): string {
  const name = access.cluster;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          "certificate-authority-data": access.certificateAuthorityData,
          server: access.server,
          ...(access.tlsServerName === undefined ? {} : { "tls-server-name": access.tlsServerName }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    users: [{ name, user: { token: access.token } }],
  });
}
