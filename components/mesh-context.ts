import type * as pulumi from "@pulumi/pulumi";
import { siteComponentName, type MeshPlan, type SiteSuffix } from "../topology";

/** What the resources of a mesh are named and held by. */
export interface MeshContext {
  /** Name of the mesh's component. */
  readonly name: string;
  readonly plan: MeshPlan;
  readonly parent: pulumi.Resource;
}

/** A cluster that is renamed keeps its resources under their new names. */
export function formerNames(
  { name, plan }: Pick<MeshContext, "name" | "plan">,
  site: string,
  suffix: SiteSuffix,
): Pick<pulumi.ComponentResourceOptions, "aliases"> {
  const replaces = plan.clusters.find((cluster) => cluster.name === site)?.replaces;
  return replaces === undefined ? {} : { aliases: [{ name: siteComponentName(name, replaces, suffix) }] };
}
