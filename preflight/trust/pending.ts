import { configurationPath, sitesOf, withDependents, type MeshPlan, type Problem } from "../../topology";
import type { TrustMaterial } from "../../trust";

/** What follows from intermediate CAs that are not signed yet. */
export interface PendingTrust {
  /** Clusters that are new, and wait for one; those that cannot be without them among them. */
  readonly leftOut: readonly string[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Decides what becomes of istiods whose intermediate CA is not signed yet: with a root elsewhere a new one has its key made
 * first, and is made itself by a later update. One that stands cannot be without. Pure.
 * @param stands Whether a cluster belongs to the mesh since an earlier update.
 */
export function judgePending(
  plan: MeshPlan,
  { intermediates }: TrustMaterial,
  stands: (site: string) => boolean,
): PendingTrust {
  if (plan.trust.root !== "offline") return { leftOut: [], problems: [], warnings: [] };
  const unsigned = plan.controlPlanes.map(({ name }) => name).filter((name) => !intermediates.has(name));
  const affected = withDependents(plan, new Set(unsigned));
  const lost = sitesOf(plan).filter(({ name }) => affected.includes(name) && stands(name));
  const pathOf = (site: string): string => configurationPath("trust", "intermediates", site);
  if (lost.length > 0) {
    return {
      leftOut: [],
      problems: unsigned.map((site) => ({
        path: pathOf(site),
        expected: `what was signed for ${site}, since clusters of the mesh live by it`,
        found: "nothing",
        fix: "Name the file again.",
      })),
      warnings: [],
    };
  }
  return {
    leftOut: affected,
    problems: [],
    warnings: unsigned.map((site) => ({
      path: pathOf(site),
      expected: `what was signed for ${site}`,
      found: "nothing yet",
      fix: `The stack makes its key and its signing request, and nothing in the cluster yet. \`isthmus trust requests\` writes the request, \`isthmus trust sign\` signs it where the root is; name what was signed here, and run again.`,
    })),
  };
}
