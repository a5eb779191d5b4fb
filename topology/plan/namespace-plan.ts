import type { Mesh } from "../schema";
import type { MutualTlsMode } from "./mutual-tls-mode";

/** A namespace of the mesh's workloads. */
export interface NamespacePlan {
  readonly name: string;
  /** Labels that it has in every cluster, those that decide about injection among them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations that the configuration gives it in every cluster. */
  readonly annotations: Readonly<Record<string, string>>;
  /** How its workloads take calls; left out where they do as the mesh does. */
  readonly mtls?: MutualTlsMode;
  /** Clusters that have it, sorted. */
  readonly clusters: readonly string[];
}

/** Plans the namespaces. Pure. */
export function planNamespaces(mesh: Mesh): NamespacePlan[] {
  return Object.entries(mesh.namespaces)
    .map(([name, { injection, revision, labels, annotations, mtls, clusters }]) => ({
      name,
      labels: { ...labels, ...injectionLabel(injection, revision) },
      annotations,
      ...(mtls === undefined ? {} : { mtls }),
      clusters: [...(clusters ?? Object.keys(mesh.clusters))].sort(),
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** `istio.io/rev` chooses a revision; with `istio-injection` beside it, that one would count (istio.io, sidecar injection). */
function injectionLabel(injection: "enabled" | "disabled", revision: string | undefined): Record<string, string> {
  if (injection === "enabled" && revision !== undefined) return { "istio.io/rev": revision };
  return { "istio-injection": injection };
}
