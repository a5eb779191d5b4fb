import type { MeshPlan } from "../../../topology";

/** Something in one cluster that pods of another one are to reach. */
export interface Way {
  readonly from: string;
  readonly to: string;
}

/** Whose istiods read whose API servers, an external one's configuration among them. Pure. */
export function apiServerWays({ controlPlanes }: MeshPlan): Way[] {
  return controlPlanes.flatMap(({ configCluster, kind, name, reads }) =>
    [...(kind === "external" ? [configCluster] : []), ...reads].map((to) => ({ from: name, to })),
  );
}

/** Whose workloads call others through the east-west gateway of another network. Pure. */
export function gatewayWays({ clusters }: MeshPlan): Way[] {
  const gateways = clusters.filter(({ eastWestGateway }) => eastWestGateway !== undefined);
  return clusters.flatMap(({ name: from, network, reaches }) =>
    gateways
      .filter((one) => reaches.includes(one.name) && one.network !== network)
      .map(({ name: to }) => ({ from, to })),
  );
}

/** The clusters from inside of which something is looked at, each once. Pure. */
export function placesIn(plan: MeshPlan): string[] {
  return [...new Set([...apiServerWays(plan), ...gatewayWays(plan)].map(({ from }) => from))].sort();
}
