import type { Mesh } from "../schema";

/** Services of one name in several clusters: `shared`: one service; `cluster-local`: each cluster's own. */
export type Sameness = "shared" | "cluster-local";

/** What the Services of a mesh are to its clusters. */
export interface SamenessPlan {
  readonly plainServices: Sameness;
  /** Namespaces (`shop`) and Services (`redis.shop`) that are otherwise, by name. */
  readonly exceptions: readonly { readonly name: string; readonly sameness: Sameness }[];
}

/** One of MeshConfig's `serviceSettings`. */
export interface ServiceSettings {
  readonly settings: { readonly clusterLocal: boolean };
  readonly hosts: readonly string[];
}

/** Plans what Services are to the clusters. Pure. */
export function planSameness({ sameness: { clusterLocal = [], plainServices, shared = [] } }: Mesh): SamenessPlan {
  const named = (names: readonly string[], sameness: Sameness): SamenessPlan["exceptions"] =>
    [...new Set(names)].map((name) => ({ name, sameness }));
  return {
    plainServices,
    exceptions: [...named(clusterLocal, "cluster-local"), ...named(shared, "shared")].sort((left, right) =>
      left.name < right.name ? -1 : 1,
    ),
  };
}

/** Whether it is all as Istio has it by itself. Pure. */
export function isSamenessOfIstio({ exceptions, plainServices }: SamenessPlan): boolean {
  return plainServices === "shared" && exceptions.length === 0;
}

/**
 * How an istiod is told of it: of several hosts that fit Istio takes the most specific one
 * (pilot/pkg/model/cluster_local.go). Empty where nothing is to be said. Pure.
 */
export function serviceSettingsOf(
  { exceptions, plainServices }: SamenessPlan,
  clusterDomain: string,
): readonly ServiceSettings[] {
  const hosts = (sameness: Sameness): string[] => [
    ...(sameness === "cluster-local" && plainServices === sameness ? [`*.svc.${clusterDomain}`] : []),
    ...exceptions
      .filter((one) => one.sameness === sameness)
      .map(({ name }) => `${name.includes(".") ? "" : "*."}${name}.svc.${clusterDomain}`),
  ];
  return (["cluster-local", "shared"] as const).flatMap((sameness) => {
    const named = hosts(sameness);
    return named.length === 0 ? [] : [{ settings: { clusterLocal: sameness === "cluster-local" }, hosts: named }];
  });
}

/** Always each cluster's own, unless they are named (pilot/pkg/model/cluster_local.go). */
const clusterLocalOfIstio: readonly string[] = ["kube-system", "kubernetes.default", "istiod.istio-system"];

/** What a Service is to the clusters. Pure. */
export function samenessOf(
  { exceptions, plainServices }: SamenessPlan,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Sameness {
  for (const candidate of [`${name}.${namespace}`, namespace]) {
    const exception = exceptions.find((one) => one.name === candidate);
    if (exception !== undefined) return exception.sameness;
    if (clusterLocalOfIstio.includes(candidate)) return "cluster-local";
  }
  return plainServices;
}
