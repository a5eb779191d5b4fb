import type * as pulumi from "@pulumi/pulumi";
import { siteComponentName, type MeshPlan, type SiteSuffix } from "../topology";
import { IntermediateCa } from "./trust";
import type { RootCa } from "./trust";

/** What the resources of a mesh are named and held by. */
export interface MeshContext {
  /** Name of the mesh's component. */
  readonly name: string;
  readonly plan: MeshPlan;
  readonly parent: pulumi.Resource;
}

/** The intermediate CA of the istiod that runs in a cluster, signed by the mesh's root. */
export function createIntermediate(context: MeshContext, root: RootCa, site: string): IntermediateCa {
  const { name, plan, parent } = context;
  return new IntermediateCa(
    siteComponentName(name, site, "intermediate"),
    {
      meshId: plan.id,
      cluster: site,
      rootCertificatePem: root.certificatePem,
      rootPrivateKeyPem: root.privateKeyPem,
      lifetimeDays: plan.trust.intermediateLifetimeDays,
      renewBeforeDays: plan.trust.renewBeforeDays,
      keyAlgorithm: plan.trust.keyAlgorithm,
    },
    { parent, ...formerNames({ name, plan }, site, "intermediate") },
  );
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
