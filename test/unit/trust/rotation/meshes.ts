import fc from "fast-check";
import type { Bundle, ClusterStanding, Goal, Issuer, MeshStanding } from "../../../../trust/rotation";

/** An intermediate of a cluster below a root, whose chain leads there alone. */
export function below(root: string, cluster: string): Issuer {
  return { keyId: `${cluster} below ${root}`, anchors: [{ root }] };
}

/** The same with the root's key certified by another one in its chain. */
export function crossed(root: string, by: string, cluster: string): Issuer {
  return { keyId: `${cluster} below ${root}`, anchors: [{ root }, { root: by }] };
}

/** A cluster of its own in which nothing lags. */
export function settled(cluster: string, roots: Bundle, issuer: Issuer): ClusterStanding {
  return { cluster, controlPlane: cluster, configuration: { roots, issuer }, bundles: [roots], leaves: [issuer] };
}

/** A mesh in which all stand on one root, and nothing lags. */
export function standingOn(root: string, clusters: readonly string[]): MeshStanding {
  return clusters.map((cluster) => settled(cluster, [root], below(root, cluster)));
}

/** To a root, with both trusted on the way. */
export function goalOf(root: string, clusters: readonly string[]): Goal {
  return { root, issuers: new Map(clusters.map((cluster) => [cluster, below(root, cluster)])) };
}

/** To a root, by a cross-signed certificate. */
export function crossSignedGoal(root: string, by: string, clusters: readonly string[]): Goal {
  return { ...goalOf(root, clusters), crossSigned: new Map(clusters.map((name) => [name, crossed(root, by, name)])) };
}

/** How a root is changed. */
export type Way = "both trusted" | "cross-signed";

export const ways = fc.constantFrom<Way>("both trusted", "cross-signed");

/** To a root in this way, from another one. */
export function goalTo(way: Way, root: string, from: string, clusters: readonly string[]): Goal {
  return way === "both trusted" ? goalOf(root, clusters) : crossSignedGoal(root, from, clusters);
}

const names = ["east", "west", "edge", "far"];

/** Layouts of control planes: for each cluster the one that signs for it. */
export const layouts: fc.Arbitrary<readonly (readonly [cluster: string, controlPlane: string])[]> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) =>
    fc.tuple(
      ...names.slice(0, count).map((cluster, at) =>
        // A remote cluster's control plane is another's that runs its own.
        at === 0
          ? fc.constant([cluster, cluster] as const)
          : fc.constantFrom(...new Set([cluster, "east"])).map((controlPlane) => [cluster, controlPlane] as const),
      ),
    ),
  );
