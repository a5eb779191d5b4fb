import { authorizationOutline, systemNamespace, type PolicySpec } from "../../topology";
import { KubernetesError, type ClusterClient } from "../../access";

/** An object of Istio's in the system namespace, from which it counts for the whole mesh. */
interface RootObject {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly spec?: PolicySpec;
}

/** One of them, with what it says. */
export interface RootPolicy {
  readonly name: string;
  readonly createdAt: string;
  readonly spec: PolicySpec;
}

/** Those of a kind in the system namespace. @throws KubernetesError */
export async function rootPolicies(
  client: Pick<ClusterClient, "list">,
  group: string,
  kind: string,
): Promise<RootPolicy[]> {
  const path = `/apis/${group}/v1/namespaces/${systemNamespace}/${kind}`;
  return (await client.list<RootObject>(path)).map(({ metadata, spec = {} }) => {
    return { name: metadata.name, createdAt: metadata.creationTimestamp ?? "", spec };
  });
}

/**
 * Whether workloads of a cluster are called only where a policy says so: one for the whole mesh that allows something, or
 * nothing, denies the rest. Where that may not be read, it is taken not to be so.
 */
export async function allowsByPolicyAlone(client: Pick<ClusterClient, "list">): Promise<boolean> {
  try {
    const policies = await rootPolicies(client, "security.istio.io", "authorizationpolicies");
    return policies.map(({ spec }) => authorizationOutline(spec)).some(({ action }) => action === "ALLOW");
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 403) return false;
    throw error;
  }
}
