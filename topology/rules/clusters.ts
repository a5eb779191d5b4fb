import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { MeshDraft } from "./rule";

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
  const problems: Problem[] = [];
  for (const [name, cluster] of sortedClusters(mesh)) {
    const context = cluster?.access?.context;
    if (context === undefined) continue;
    const file = (cluster?.access?.kubeconfig ?? mesh.kubeconfig ?? "").replace(/^(\.\/)+/, "");
    const key = JSON.stringify([file, context]);
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, name);
    else {
      problems.push({
        path: configurationPath("clusters", name, "access", "context"),
        expected: "a context of its own",
        found: `the context of cluster ${owner}, ${describeFound(context)}`,
        fix: `Name the context of ${name}, or remove one of the two clusters: one cluster can join a mesh only once.`,
      });
    }
  }
  return problems;
}

function sortedClusters(mesh: MeshDraft): [string, NonNullable<MeshDraft["clusters"]>[string]][] {
  return Object.entries(mesh.clusters ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** Where a full mesh of primaries begins to cost: each istiod caches every cluster, about 180 MB for each (Istio's multicluster performance page). */
const comfortableClusters = 20;

export function size(mesh: MeshDraft): readonly Problem[] {
  const count = Object.keys(mesh.clusters ?? {}).length;
  if (count <= comfortableClusters) return [];
  return [
    {
      path: configurationPath("clusters"),
      expected: `at most ${comfortableClusters} clusters`,
      found: String(count),
      fix: "Give every istiod memory for all of them: each one reads and caches every other cluster.",
    },
  ];
}
