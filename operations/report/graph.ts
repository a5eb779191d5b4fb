import type { MeshFacts } from "../../diagnosis";
import { drawnMesh, type DrawnMesh } from "../graph";

/**
 * The picture of a mesh as far as a snapshot has it: machines outside Kubernetes are not in one. What a bundle from elsewhere
 * names twice is drawn once. Pure.
 */
export function graphOf({ clusters: all, controlPlanes, id, sites }: MeshFacts): DrawnMesh {
  const clusters = byName(all);
  return drawnMesh({
    id,
    clusters: clusters.map((cluster) => ({
      ...cluster,
      role: cluster.controlPlane === cluster.name ? "primary" : "remote",
    })),
    externalControlPlanes: [...new Set(sites)]
      .filter((site) => !clusters.some(({ name }) => name === site))
      .map((name) => ({ name })),
    machines: [],
    controlPlanes: byName(controlPlanes),
  });
}

function byName<T extends { readonly name: string }>(things: readonly T[]): T[] {
  return [...new Map(things.map((one) => [one.name, one])).values()];
}
