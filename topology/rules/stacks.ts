import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { clustersOf, externalsOf } from "./draft";
import type { MeshDraft } from "./rule";

/** Where every cluster has a stack of its own, `<stack>.trust` holds the root CA. */
export function siteNamesBesideTrust(mesh: MeshDraft): readonly Problem[] {
  if (mesh.stacks !== "per-cluster") return [];
  const sites = [
    ...clustersOf(mesh).map(([name]) => ["clusters", name] as const),
    ...externalsOf(mesh).map(([name]) => ["externalControlPlanes", name] as const),
  ];
  return sites
    .filter(([, name]) => name === "trust")
    .map(([key, name]) => ({
      path: configurationPath(key, name),
      expected: "another name than `trust`, whose stack holds the root CA where `stacks` is per-cluster",
      found: "that name",
      fix: "Rename the cluster, or set `stacks` to `one`.",
    }));
}
