import { describeFound } from "../found";
import { configurationPath, pathBelow } from "../path";
import type { Problem } from "../problem";
import { clusterCalled, clustersOf, entriesOf, externalCalled, externalsOf } from "./draft";
import type { MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

/** A list of clusters' names, and where it stands. */
export interface ClusterList {
  readonly path: string;
  readonly names: readonly (string | undefined)[];
}

/** Items of lists that name no cluster of the mesh. */
export function unknownClusters(mesh: MeshDraft, lists: readonly ClusterList[]): readonly Problem[] {
  const clusters = clustersOf(mesh).map(([name]) => name);
  return lists.flatMap(({ path, names }) =>
    names.flatMap((name, index) => {
      if (name === undefined || clusterCalled(mesh, name) !== undefined) return [];
      const isControlPlane = externalCalled(mesh, name) !== undefined;
      return [
        {
          path: pathBelow(path, [index]),
          expected: clusters.length === 0 ? "a cluster of the mesh" : `a cluster of the mesh: ${calledAll(clusters)}`,
          found: isControlPlane
            ? `external control plane ${called(name)}, which has no workloads`
            : describeFound(name),
          fix: isControlPlane
            ? "Name the clusters that are meant, or remove it."
            : didYouMean(name, clusters, "Name a cluster that is described here, or remove it."),
        },
      ];
    }),
  );
}

/** Items of lists that name a cluster a second time. */
export function repeatedClusters(lists: readonly ClusterList[]): readonly Problem[] {
  return lists.flatMap(({ path, names }) =>
    names.flatMap((name, index) =>
      name === undefined || names.indexOf(name) === index
        ? []
        : [
            {
              path: pathBelow(path, [index]),
              expected: "every cluster once",
              found: `${describeFound(name)} again`,
              fix: "Remove it.",
            },
          ],
    ),
  );
}

/** The lists of peers, where istiod runs: there is another problem with the rest. */
export function peerLists(mesh: MeshDraft): (ClusterList & { readonly owner: string })[] {
  const primaries = clustersOf(mesh).filter(([name, { controlPlane = name }]) => controlPlane === name);
  return [
    ...primaries.map(([name, { peers }]) => ({ keys: ["clusters", name, "peers"], owner: name, names: peers })),
    ...externalsOf(mesh).map(([name, { peers }]) => ({
      keys: ["externalControlPlanes", name, "peers"],
      owner: name,
      names: peers,
    })),
  ].map(({ keys, owner, names = [] }) => ({ path: configurationPath(...keys), owner, names }));
}

/** The lists of clusters that have a namespace. */
export function namespaceLists(mesh: MeshDraft): ClusterList[] {
  return entriesOf(mesh.namespaces).map(([name, { clusters = [] }]) => ({
    path: configurationPath("namespaces", name, "clusters"),
    names: clusters,
  }));
}
