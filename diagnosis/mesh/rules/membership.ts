import { identityAnnotations, systemNamespace } from "../../../topology";
import type { MeshFacts } from "../facts";
import type { MeshFinding } from "../finding";
import type { MembershipSeen, MeshSnapshot } from "../snapshot";

/** Clusters that another stack of Isthmus has marked as its own, and those behind each other's contexts. */
export function strangeClusters({ clusters, mesh }: MeshSnapshot): MeshFinding[] {
  return clusters.flatMap(({ cluster: name, membership }) => {
    const words = membership === undefined ? undefined : strangeness(mesh, name, membership);
    if (membership === undefined || words === undefined) return [];
    const marks = [
      [identityAnnotations.mesh, membership.mesh],
      ...(membership.cluster === undefined ? [] : [[identityAnnotations.cluster, membership.cluster]]),
    ];
    return [
      { clusters: [name], proof: marks.map((mark) => `namespace ${systemNamespace}: ${mark.join("=")}`), ...words },
    ];
  });
}

/** What of a cluster's mark is not as the mesh's file says, and what to do. */
function strangeness(
  { clusters, id, origin, replacesId, sites }: MeshFacts,
  name: string,
  { cluster, mesh }: MembershipSeen,
): Pick<MeshFinding, "found" | "fix"> | undefined {
  // A mesh of which no cluster says the id is not told from another one.
  if (id !== "" && ![id, replacesId].includes(mesh)) {
    const as = cluster === undefined ? "" : `, as its cluster ${cluster}`;
    return {
      found: `the cluster belongs to the mesh ${mesh}${as}, by another stack, and not to ${id}`,
      fix: `Name the context of ${name} in the mesh's file. If this is the right one, the other stack has taken it: take it out of that one's mesh, then run \`isthmus up --refresh\` here.`,
    };
  }
  const known = clusters.find((one) => one.name === name);
  // What was read from the clusters gives them no names of its own.
  if (origin === "clusters" || cluster === undefined || [name, known?.replaces].includes(cluster)) return undefined;
  return {
    found: sites.includes(cluster)
      ? `it is the cluster that the mesh knows as ${cluster}: the contexts of two clusters seem to be mixed up`
      : `it belongs to the mesh as ${cluster}, and not as ${name}`,
    fix: `Name the context of ${name} in the mesh's file, or call it ${cluster} there.`,
  };
}
