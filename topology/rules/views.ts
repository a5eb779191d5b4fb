import { joiningOf, type ControlPlaneJoining } from "../plan/joining";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { calledAll } from "./words";

/** A control plane, and the clusters that it knows: those that it reads, and the one that holds its configuration. */
interface View extends ControlPlaneJoining {
  readonly known: ReadonlySet<string>;
}

function viewsOf(mesh: Mesh): { readonly all: readonly View[]; readonly partial: readonly View[] } {
  const all = joiningOf(mesh).controlPlanes.map((plane): View => ({
    ...plane,
    known: new Set([...plane.reads, plane.configCluster]),
  }));
  const count = Object.keys(mesh.clusters).length;
  return { all, partial: all.filter(({ known }) => known.size < count) };
}

export function callsGoBothWays(mesh: Mesh): readonly Problem[] {
  const { all, partial } = viewsOf(mesh);
  return partial.flatMap((view) => {
    const callers = all.filter(({ known }) => view.serves.some((cluster) => known.has(cluster)));
    const missing = new Set(callers.flatMap(({ serves }) => serves).filter((cluster) => !view.known.has(cluster)));
    if (missing.size === 0) return [];
    return [
      {
        path: peersPath(view),
        expected: `every cluster whose workloads call those of this istiod, so also ${calledAll([...missing].sort())}`,
        found: "a list without",
        fix: "Add what is missing, unless calls are to go one way: workloads of this istiod find no services there.",
      },
    ];
  });
}

/**
 * A call to another network goes through any gateway there that the caller's istiod knows, and the gateway passes it on to
 * what its own istiod knows.
 */
export function gatewaysKnowTheirNetwork(mesh: Mesh): readonly Problem[] {
  const { all, partial } = viewsOf(mesh);
  const networkOf = (cluster: string): string => mesh.clusters[cluster]?.network ?? "";
  return partial.flatMap((keeper) => {
    const missing = new Set<string>();
    for (const caller of all) {
      const callers = new Set(caller.serves.map(networkOf));
      const isCalled = (cluster: string): boolean =>
        caller.known.has(cluster) && (callers.size > 1 || !callers.has(networkOf(cluster)));
      const entered = new Set(keeper.serves.filter(isCalled).map(networkOf));
      for (const cluster of caller.known) {
        if (entered.has(networkOf(cluster)) && isCalled(cluster) && !keeper.known.has(cluster)) missing.add(cluster);
      }
    }
    if (missing.size === 0) return [];
    return [
      {
        path: peersPath(keeper),
        expected: `every cluster that other networks call through its gateways, so also ${calledAll([...missing].sort())}`,
        found: "a list without",
        fix: "Add what is missing: a call for a service that only those clusters have may come in by these gateways, and fails there.",
      },
    ];
  });
}

/** Where `peers` of a control plane stand. */
function peersPath({ name, kind }: ControlPlaneJoining): string {
  return configurationPath(kind === "primary" ? "clusters" : "externalControlPlanes", name, "peers");
}
