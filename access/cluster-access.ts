/** What a connection to a cluster needs. */
export interface ClusterReach {
  /** A kubeconfig with this one cluster, its context named as the cluster. **Secret**: it holds the credentials. */
  readonly kubeconfig: string;
  /** File of this machine that the kubeconfig's token is from, and that is read again while a command goes on. */
  readonly tokenFile?: string;
}

/** How a cluster is reached: all that is needed, without any file of the machine that it was read on. */
export interface ClusterAccess extends ClusterReach {
  /** The cluster's name in the mesh. */
  readonly name: string;
  /** URL of the API server, as the kubeconfig names it. */
  readonly server: string;
  /** The API server's certificate authority, PEM in base64, where the kubeconfig names one. */
  readonly certificateAuthorityData?: string;
  /** How the other clusters reach the API server. */
  readonly forOthers: ApiServerAccess;
}

/** An API server as it is reached from elsewhere. Holds no credentials. */
export interface ApiServerAccess {
  readonly server: string;
  /** Name that its certificate must have, where that is not the URL's host. */
  readonly tlsServerName?: string;
  /** Its certificate authority, PEM in base64; undefined where the cluster's own counts. */
  readonly certificateAuthorityData?: string;
}
