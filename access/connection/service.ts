import type { ClusterAccess } from "../cluster-access";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { apiServer } from "./api-server";

/** A Service as the API server has it, as far as it is read here. */
export interface Service {
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

const timeoutMs = 10_000;

/**
 * Reads a Service of a cluster.
 * @returns undefined when there is none.
 * @throws when the cluster does not answer within ten seconds, or refuses.
 */
export async function readService(
  access: ClusterAccess,
  namespace: string,
  name: string,
  environment: Environment = process.env,
): Promise<Service | undefined> {
  const api = await apiServer(access, environment);
  try {
    const answer = await api.ask(`/api/v1/namespaces/${namespace}/services/${name}`, AbortSignal.timeout(timeoutMs));
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) {
      throw new Error(
        `cluster ${access.name} answers ${String(answer.status)} when asked for Service ${namespace}/${name}`,
      );
    }
    return JSON.parse(answer.body) as Service;
  } finally {
    api.close();
  }
}
