import type { Diagnostic } from "../../engine/diagnostics";
import { meshName } from "../../topology";

/**
 * The clusters that errors are about: a resource is called after its cluster, `mesh-<cluster>-…`.
 * @param clusters Names of all clusters. Of two that fit, such as `east` and `east-2`, the longer one counts.
 * @returns In the order of the names that were given.
 */
export function clustersOf(diagnostics: readonly Diagnostic[], clusters: readonly string[]): string[] {
  const longestFirst = [...clusters].sort((left, right) => right.length - left.length);
  const concerned = new Set(
    diagnostics.map(({ resource }) =>
      longestFirst.find((cluster) => resource === cluster || resource?.startsWith(`${meshName}-${cluster}-`) === true),
    ),
  );
  return clusters.filter((cluster) => concerned.has(cluster));
}
