import type { V1Namespace, V1Pod, V1Service } from "@kubernetes/client-node";
import type { ClusterClient } from "../../access";
import type { PodNetworkSeen, PodWithoutSidecarSeen, ServiceShapeSeen } from "../../diagnosis";
import { proxyContainer } from "../../preflight";
import { networkLabel } from "../../topology";
import { serviceShapes } from "../service-shapes";

type Lister = Pick<ClusterClient, "list">;

/** The Services of the namespaces whose pods get sidecars. */
export async function servicesSeen(client: Lister): Promise<ServiceShapeSeen[]> {
  const [namespaces, services] = await Promise.all([
    client.list<V1Namespace>("/api/v1/namespaces"),
    client.list<V1Service>("/api/v1/services"),
  ]);
  return serviceShapes(namespaces, services);
}

/** The pods of some namespaces that run and are not about to end. */
export async function runningPods(client: Lister, namespaces: readonly string[]): Promise<V1Pod[]> {
  const pods = await Promise.all(namespaces.map((name) => client.list<V1Pod>(`/api/v1/namespaces/${name}/pods`)));
  return pods.flat().filter((pod) => pod.status?.phase === "Running" && pod.metadata?.deletionTimestamp === undefined);
}

/** Those that have no sidecar, and do not say that they are to have none. */
export function podsWithoutSidecarIn(pods: readonly V1Pod[]): PodWithoutSidecarSeen[] {
  return pods
    .filter((pod) => !isLeftOut(pod) && !hasProxy(pod))
    .map(({ metadata }) => ({ namespace: metadata?.namespace ?? "", pod: metadata?.name ?? "" }));
}

/** Those that say by a label which network they are on, which counts before what their cluster says. */
export function podNetworksIn(pods: readonly V1Pod[]): PodNetworkSeen[] {
  return pods.flatMap(({ metadata }) => {
    const network = metadata?.labels?.[networkLabel];
    return network === undefined ? [] : [{ namespace: metadata?.namespace ?? "", pod: metadata?.name ?? "", network }];
  });
}

/** Istio injects into no pod on its node's network (istio, pkg/kube/inject/inject.go, injectRequired). */
function isLeftOut({ metadata, spec }: V1Pod): boolean {
  const said = "sidecar.istio.io/inject";
  return (
    spec?.hostNetwork === true || metadata?.labels?.[said] === "false" || metadata?.annotations?.[said] === "false"
  );
}

/** As a container beside the others, or since Kubernetes 1.28 one of those that start first. */
export function hasProxy({ spec }: V1Pod): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ name }) => name === proxyContainer);
}
