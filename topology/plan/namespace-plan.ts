import type { Mesh } from "../schema";
import type { MutualTlsMode } from "./mutual-tls-mode";

/** What the workloads of a namespace call beside their own namespace. */
export interface NamespaceCalls {
  /** Namespaces, sorted. */
  readonly namespaces: readonly string[];
  /** Global services by their names in the configuration, sorted. */
  readonly globalServices: readonly string[];
}

/** A namespace of the mesh's workloads. */
export interface NamespacePlan {
  readonly name: string;
  /** Labels that it has in every cluster, those that decide about injection among them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations that the configuration gives it in every cluster. */
  readonly annotations: Readonly<Record<string, string>>;
  /** How its workloads take calls; left out where they do as the mesh does. */
  readonly mtls?: MutualTlsMode;
  /** What its workloads call beside it; left out where their proxies are told of everything. */
  readonly calls?: NamespaceCalls;
  /** Whether its sidecars answer DNS; left out where they do as the mesh has it. */
  readonly capturesDns?: boolean;
  /** Clusters that have it, sorted. */
  readonly clusters: readonly string[];
}

/** Plans the namespaces. Pure. */
export function planNamespaces(mesh: Mesh): NamespacePlan[] {
  return Object.entries(mesh.namespaces)
    .map(([name, { injection, revision, labels, annotations, mtls, calls, dnsCapture, clusters }]) => ({
      name,
      labels: { ...labels, ...injectionLabel(injection, revision) },
      annotations,
      ...(mtls === undefined ? {} : { mtls }),
      ...(calls === undefined
        ? {}
        : { calls: { namespaces: sorted(calls.namespaces), globalServices: sorted(calls.globalServices) } }),
      ...(dnsCapture === undefined ? {} : { capturesDns: dnsCapture === "all-pods" }),
      clusters: [...(clusters ?? Object.keys(mesh.clusters))].sort(),
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

function sorted(names: readonly string[] = []): string[] {
  return [...new Set(names)].sort();
}

/** `istio.io/rev` chooses a revision; with `istio-injection` beside it, that one would count (istio.io, sidecar injection). */
function injectionLabel(injection: "enabled" | "disabled", revision: string | undefined): Record<string, string> {
  if (injection === "enabled" && revision !== undefined) return { "istio.io/rev": revision };
  return { "istio-injection": injection };
}
