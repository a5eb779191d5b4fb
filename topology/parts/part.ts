import type { MeshPlan } from "../plan";
import { sitesOf } from "../plan";

/** The part of a mesh that holds its root CA and signs the intermediate CAs. No cluster of such a mesh bears its name. */
export const trustPart = "trust";

/**
 * Names of the parts that a mesh is cut into where every cluster has a Pulumi stack of its own: the trust, then the
 * clusters, external control planes' among them. Pure.
 */
export function partsOf(plan: MeshPlan): readonly string[] {
  return [trustPart, ...sitesOf(plan).map(({ name }) => name)];
}

/**
 * Name of a part's stack: `production.east`. Neither a cluster's name nor `trust` has a dot, so that the last dot tells
 * where the part begins.
 * @param stack The stack whose configuration describes the mesh.
 */
export function partStack(stack: string, part: string): string {
  return `${stack}.${part}`;
}

/** A part by its stack's name: the other way round of {@link partStack}. Undefined for a name without a dot. */
export function partOfStack(name: string): { readonly stack: string; readonly part: string } | undefined {
  const dot = name.lastIndexOf(".");
  return dot <= 0 || dot === name.length - 1 ? undefined : { stack: name.slice(0, dot), part: name.slice(dot + 1) };
}

/** The plan with those sites alone, for whoever looks at or reaches clusters; how they are joined stays as it is. Pure. */
export function planOfSites(plan: MeshPlan, names: readonly string[]): MeshPlan {
  const kept = <Site extends { readonly name: string }>(sites: readonly Site[]): readonly Site[] =>
    sites.filter(({ name }) => names.includes(name));
  return { ...plan, clusters: kept(plan.clusters), externalControlPlanes: kept(plan.externalControlPlanes) };
}
