import type { V1Pod, V1Service } from "@kubernetes/client-node";
import {
  eastWestGatewayName,
  exposedIstiodName,
  networkLabel,
  systemNamespace,
  type ClusterPlan,
  type ControlPlanePlan,
} from "../../topology";
import type { ClusterClient } from "../../access";

/** The east-west gateway of a cluster as it stands. */
export interface StandingGateway {
  /** Names of its Services; none where there is none. */
  readonly services: readonly string[];
  /** Fixed addresses, else those that load balancers gave. */
  readonly addresses: readonly string[];
  /** Whether a pod behind them is ready. */
  readonly isReady: boolean;
}

/** The gateway by which other networks reach a cluster. Changes nothing. */
export async function gatewayIn(
  client: Pick<ClusterClient, "list">,
  { eastWestGateway, network }: Pick<ClusterPlan, "eastWestGateway" | "network">,
): Promise<StandingGateway> {
  const path = `/api/v1/namespaces/${systemNamespace}/services`;
  // With fixed addresses the Service has no network's label: istiod is not to find others.
  const labelSelector =
    eastWestGateway?.addresses === undefined ? `${networkLabel}=${network}` : `app=${eastWestGatewayName}`;
  const services = await client.list<V1Service>(path, { labelSelector });
  const ready = await Promise.all(services.map((service) => hasReadyPod(client, service)));
  return {
    services: services.map(({ metadata }) => metadata?.name ?? ""),
    addresses: eastWestGateway?.addresses ?? services.flatMap(givenAddresses),
    isReady: ready.some(Boolean),
  };
}

/**
 * The addresses at which other clusters reach the istiod of a cluster: the fixed one, else those that its load balancer gave.
 * Changes nothing.
 * @throws KubernetesError where there is no such Service.
 */
export async function exposedIstiodIn(
  client: Pick<ClusterClient, "get">,
  exposed: ControlPlanePlan["exposed"],
): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/${systemNamespace}/services/${exposedIstiodName}`;
  const given = givenAddresses(await client.get<V1Service>(path));
  return exposed?.address === undefined ? given : [exposed.address];
}

function givenAddresses({ status }: V1Service): string[] {
  return (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "");
}

async function hasReadyPod(client: Pick<ClusterClient, "list">, service: V1Service): Promise<boolean> {
  const labelSelector = Object.entries(service.spec?.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  // A Service without a selector is served by something that Kubernetes does not know.
  if (labelSelector === "") return true;
  const pods = await client.list<V1Pod>(`/api/v1/namespaces/${systemNamespace}/pods`, { labelSelector });
  return pods.some((pod) =>
    pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True"),
  );
}
