import { configurationPath, pathBelow } from "../path";
import type { Problem } from "../problem";
import { clusterCalled, clustersOf, externalCalled } from "./draft";
import { peerLists, repeatedClusters, unknownClusters } from "./references";
import type { Doubts, MeshDraft } from "./rule";
import { called } from "./words";

export function peersAtControlPlanes(mesh: MeshDraft): readonly Problem[] {
  return clustersOf(mesh).flatMap(([name, { controlPlane = name, peers }]) => {
    if (peers === undefined || controlPlane === name) return [];
    const host = clusterCalled(mesh, controlPlane);
    const external = externalCalled(mesh, controlPlane);
    // Whose list it would be is not known where the control plane itself is wrong.
    if (external === undefined && (host === undefined || (host.controlPlane ?? controlPlane) !== controlPlane))
      return [];
    const place = external === undefined ? "clusters" : "externalControlPlanes";
    return [
      {
        path: configurationPath("clusters", name, "peers"),
        expected: `nothing, because ${called(name)} runs no istiod`,
        found: "a list",
        fix: `Write it as ${configurationPath(place, controlPlane, "peers")}: that istiod serves ${called(name)}.`,
      },
    ];
  });
}

export function knownPeers(mesh: MeshDraft): readonly Problem[] {
  return unknownClusters(mesh, peerLists(mesh));
}

export function peersOnce(mesh: MeshDraft): readonly Problem[] {
  return repeatedClusters(peerLists(mesh));
}

export function peersAreOthers(mesh: MeshDraft, doubts: Doubts): readonly Problem[] {
  return peerLists(mesh).flatMap(({ path, owner, names }) =>
    names.flatMap((name, index) =>
      name !== owner || names.indexOf(name) !== index || doubts.about("clusters", owner, "controlPlane")
        ? []
        : [
            {
              path: pathBelow(path, [index]),
              expected: "another cluster",
              found: "the cluster itself",
              fix: "Remove it: an istiod always knows its own cluster.",
            },
          ],
    ),
  );
}
