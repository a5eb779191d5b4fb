import type { Problem } from "../../topology";
import type { ClusterClient } from "./cluster-client";
import { KubernetesError } from "./kubernetes-error";

/**
 * The client of a cluster whose kubeconfig cannot be had: whatever is asked fails with the reason, so that who looks at many
 * clusters tells it of this one and goes on.
 */
export function unresolvedClient(name: string, problem: Problem): ClusterClient {
  const refuse = (method: string) => (path: unknown) =>
    Promise.reject(new KubernetesError(method, String(path), undefined, problem.found, problem));
  return {
    name,
    get: refuse("GET"),
    text: refuse("GET"),
    list: refuse("GET"),
    create: refuse("POST"),
    ask: refuse("POST"),
    patch: refuse("PATCH"),
    remove: refuse("DELETE"),
    exec: ({ namespace, pod }) => refuse("GET")(`/api/v1/namespaces/${namespace}/pods/${pod}/exec`),
    logs: ({ namespace, pod }) => refuse("GET")(`/api/v1/namespaces/${namespace}/pods/${pod}/log`),
    clockAheadMs: () => undefined,
    close: () => undefined,
  };
}
