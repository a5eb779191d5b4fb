import { ConfigurationError } from "../../topology";
import type { ClusterAccess } from "../cluster-access";
import { isFailure } from "./kubeconfig";
import { resolveCluster } from "./resolve";
import { asKubeconfig } from "./sources";

/** A kubeconfig that a program has: of a cluster that it made, for one. */
export interface KubeconfigInHand {
  /** The cluster's name in the mesh. */
  readonly name: string;
  /** YAML or JSON, or a mapping. Relative paths in it start at the working directory. **Secret**. */
  readonly kubeconfig: unknown;
  /** The context that counts. Default: the current one. */
  readonly context?: string | undefined;
  /** URL of the API server as the other clusters reach it. Default: the kubeconfig's. */
  readonly server?: string | undefined;
  /** Name that its certificate must have. Default: the kubeconfig's, for the kubeconfig's URL; else the URL's host. */
  readonly tlsServerName?: string | undefined;
  /** PEM bundle, in base64, that signs the certificate that the other clusters meet. Default: the kubeconfig's. */
  readonly certificateAuthorityData?: string | undefined;
}

/**
 * How a cluster is reached by a kubeconfig that a program has.
 * @throws ConfigurationError when it is none, or none by which keys may be sent. Says nothing of its content.
 */
export async function accessByKubeconfig(inHand: KubeconfigInHand): Promise<ClusterAccess> {
  const { name, kubeconfig, context } = inHand;
  const path = `mesh.clusters.${name}.kubeconfig`;
  const read = asKubeconfig(kubeconfig, `the kubeconfig of cluster ${name}`, process.cwd());
  if (isFailure(read)) throw new ConfigurationError([{ path, ...read }]);
  const own = await resolveCluster(
    {
      name,
      path,
      contextPath: `mesh.clusters.${name}.context`,
      source: "output",
      ...(context === undefined ? {} : { context }),
    },
    read,
  );
  if (!("server" in own)) throw new ConfigurationError(own.problems);
  const tlsServerName = inHand.tlsServerName ?? (inHand.server === undefined ? own.tlsServerName : undefined);
  const certificateAuthorityData = inHand.certificateAuthorityData ?? own.certificateAuthorityData;
  return {
    ...own,
    forOthers: {
      server: inHand.server ?? own.server,
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
      ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
    },
  };
}
