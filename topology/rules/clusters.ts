import { describeFound } from "../found";
import { configurationPath } from "../path";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { clustersOf, externalsOf } from "./draft";
import type { MeshDraft } from "./rule";
import { called } from "./words";

export function atLeastOneCluster(mesh: MeshDraft): readonly Problem[] {
  if (mesh.clusters === undefined || Object.keys(mesh.clusters).length > 0) return [];
  return [
    {
      path: configurationPath("clusters"),
      expected: "at least one cluster",
      found: "none",
      fix: "Add one, for example `east: { network: network1, access: { context: my-context } }`.",
    },
  ];
}

export function oneContextACluster(mesh: MeshDraft): readonly Problem[] {
  const owners = new Map<string, string>();
  const sites = [
    ...clustersOf(mesh).map(([name, { access }]) => ["clusters", name, access] as const),
    ...externalsOf(mesh).map(([name, { access }]) => ["externalControlPlanes", name, access] as const),
  ];
  return sites.flatMap(([place, name, access]) => {
    const context = access?.context;
    if (context === undefined) return [];
    const file = (access?.kubeconfig ?? mesh.kubeconfig ?? "").replace(/^(\.\/)+/, "");
    const key = JSON.stringify([file, context]);
    const what = `${place === "clusters" ? "cluster" : "external control plane"} ${called(name)}`;
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, what);
    if (owner === undefined) return [];
    return [
      {
        path: configurationPath(place, name, "access", "context"),
        expected: "a context of its own",
        found: `the context of ${owner}, ${describeFound(context)}`,
        fix: `Name the context of ${called(name)}, or remove one of the two: one cluster can join a mesh only once.`,
      },
    ];
  });
}

/**
 * Clusters that one istiod reads before it is worth a thought: it holds what it reads in memory, about 180 MB for a cluster
 * of 4000 endpoints (Istio's multicluster performance page), so that twenty need twice the chart's 2 GB. More replicas do
 * not help, since each reads everything; how many istiods there are does not matter.
 */
const comfortablyRead = 20;

export function size(mesh: Mesh): readonly Problem[] {
  const counts = joiningOf(mesh).controlPlanes.map(({ reads }) => reads.length);
  const large = counts.filter((count) => count > comfortablyRead);
  if (large.length === 0) return [];
  const many = large.length === 1 ? "one that reads" : `${large.length} that read up to`;
  return [
    {
      path: configurationPath("clusters"),
      expected: `control planes that read at most ${comfortablyRead} other clusters each`,
      found: `${many} ${Math.max(...large)}`,
      fix: "Give every istiod memory for what it reads, about 180 MB for a cluster of 4000 endpoints, or say in `peers` which clusters it is to read.",
    },
  ];
}
