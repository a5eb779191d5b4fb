import { describeFound } from "../found";
import { configurationPath } from "../path";
import { joiningOf } from "../plan/joining";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { clustersOf, externalsOf } from "./draft";
import type { ClusterDraft, MeshDraft } from "./rule";
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
    const used = access === undefined ? undefined : usedContext(mesh, access);
    if (used === undefined) return [];
    const { id, key, what, value } = used;
    const named = `${place === "clusters" ? "cluster" : "external control plane"} ${called(name)}`;
    const owner = owners.get(id);
    if (owner === undefined) owners.set(id, named);
    if (owner === undefined) return [];
    return [
      {
        path: configurationPath(place, name, "access", key),
        expected: `a ${what} of its own`,
        found: `the ${what} of ${owner}, ${describeFound(value)}`,
        fix: `Name the ${what} of ${called(name)}, or remove one of the two: one cluster can join a mesh only once.`,
      },
    ];
  });
}

type AccessDraft = NonNullable<ClusterDraft["access"]>;

/** Which context of which kubeconfig is named, in a form that compares, and in words; undefined where that is not known. */
function usedContext(
  mesh: MeshDraft,
  access: AccessDraft,
): { readonly id: string; readonly key: string; readonly what: string; readonly value: string } | undefined {
  const { context } = access;
  if ("kubeconfigSecret" in access) {
    const { kubeconfigSecret: value } = access;
    if (value === undefined) return undefined;
    return { id: JSON.stringify(["secret", value, context]), key: "kubeconfigSecret", what: "kubeconfig", value };
  }
  if ("output" in access) {
    const { stack, output: value } = access;
    if (stack === undefined || value === undefined) return undefined;
    return { id: JSON.stringify(["output", stack, value, context]), key: "output", what: "kubeconfig", value };
  }
  if (context === undefined) return undefined;
  const file = (("kubeconfig" in access ? access.kubeconfig : undefined) ?? mesh.kubeconfig ?? "").replace(
    /^(\.\/)+/,
    "",
  );
  return { id: JSON.stringify(["file", file, context]), key: "context", what: "context", value: context };
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
