import type * as pulumi from "@pulumi/pulumi";
import { systemNamespace, type PeerPolicy } from "../topology";
import type { MeshSite } from "./mesh-site";
import { MutualTls } from "./mutual-tls";

/** What policies, and entries of machines, wait for. */
export interface PolicyPlace {
  /** What knows the kind, and what judges it. */
  readonly charts: readonly pulumi.Resource[];
  /** The namespaces of the mesh's workloads in the cluster, by name. */
  readonly namespaces: ReadonlyMap<string, pulumi.Resource>;
}

/** Says how workloads take calls, in the cluster that holds their istiod's configuration. */
export function createPolicies(
  site: MeshSite,
  policies: readonly PeerPolicy[],
  { charts, namespaces }: PolicyPlace,
): void {
  for (const { namespace, mode } of policies) {
    const isOfMesh = namespace === systemNamespace;
    const suffix = isOfMesh ? "mutual-tls" : (`mutual-tls.${namespace}` as const);
    const own = namespaces.get(namespace);
    new MutualTls(
      site.nameOf(suffix),
      { namespace: isOfMesh ? site.namespace.namespaceName : namespace, mode },
      site.options(suffix, { dependsOn: own === undefined ? [...charts] : [...charts, own] }),
    );
  }
}
