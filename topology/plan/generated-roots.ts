import { firstRoot } from "../schema/generated-roots";
import type { MeshPlan } from "./mesh-plan";

/** What decides which roots a mesh has. */
type Trusting = Pick<MeshPlan, "trust">;

/** As much of it as says whether there may come to be others. */
interface RootsSaid {
  readonly trust: Pick<MeshPlan["trust"], "root"> & {
    readonly roots?: string | undefined;
    readonly generated: { readonly roots: readonly (string | undefined)[] };
  };
}

/**
 * Names of the roots that a stack makes, the one by which the mesh is known first; none where roots come from elsewhere.
 * Pure.
 */
export function generatedRootsOf({ trust: { generated, root } }: Trusting): readonly string[] {
  if (root !== "generated") return [];
  const { issuer, roots } = generated;
  return [...roots.filter((name) => name === issuer), ...roots.filter((name) => name !== issuer)];
}

/** Name of the generated root under which the istiod of a cluster has its intermediate. Pure. */
export function issuingRootOf({ trust: { generated } }: Trusting, site: string): string {
  return generated.issuers[site] ?? generated.issuer;
}

/** Generated roots that must stay: those that sign, and the one by which the mesh is known. Pure. */
export function signingRootsOf(plan: Pick<MeshPlan, "controlPlanes" | "trust">): ReadonlySet<string> {
  if (plan.trust.root !== "generated") return new Set();
  return new Set([plan.trust.generated.issuer, ...plan.controlPlanes.map(({ name }) => issuingRootOf(plan, name))]);
}

/**
 * Whether the roots of a mesh may become others: all but the one that a stack makes by itself when nothing is said. Where
 * they may, istiods and proxies are told to take up another bundle while they run. Pure.
 */
export function mayChangeRoots({ trust: { generated, root, roots } }: RootsSaid): boolean {
  return root !== "generated" || roots !== undefined || generated.roots.some((name) => name !== firstRoot);
}
