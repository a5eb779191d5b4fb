import type * as pulumi from "@pulumi/pulumi";
import { systemNamespace, type PeerPolicy, type SidecarScopePlan } from "../topology";
import type { MeshSite } from "./mesh-site";
import { MutualTls } from "./mutual-tls";
import { SidecarScope } from "./sidecar-scope";

/** What policies, and entries of machines, wait for. */
export interface PolicyPlace {
  /** What knows the kind, and what judges it. */
  readonly charts: readonly pulumi.Resource[];
  /** The namespaces of the mesh's workloads in the cluster, by name. */
  readonly namespaces: ReadonlyMap<string, pulumi.Resource>;
}

/** What an object in a namespace waits for: of a namespace that is not the mesh's own, for the charts alone. */
export function awaitedIn({ charts, namespaces }: PolicyPlace, namespace: string): pulumi.Resource[] {
  const own = namespaces.get(namespace);
  return own === undefined ? [...charts] : [...charts, own];
}

/** Says how workloads take calls, in the cluster that holds their istiod's configuration. */
export function createPolicies(site: MeshSite, policies: readonly PeerPolicy[], place: PolicyPlace): void {
  for (const { namespace, mode } of policies) {
    const isOfMesh = namespace === systemNamespace;
    const suffix = isOfMesh ? "mutual-tls" : (`mutual-tls.${namespace}` as const);
    new MutualTls(
      site.nameOf(suffix),
      { namespace: isOfMesh ? site.namespace.namespaceName : namespace, mode },
      site.options(suffix, { dependsOn: awaitedIn(place, namespace) }),
    );
  }
}

/** Says what workloads see of the mesh, in the cluster that holds their istiod's configuration. */
export function createSidecarScopes(site: MeshSite, scopes: readonly SidecarScopePlan[], place: PolicyPlace): void {
  for (const scope of scopes) {
    const suffix = `sidecar-scope.${scope.namespace}` as const;
    const dependsOn = awaitedIn(place, scope.namespace);
    new SidecarScope(site.nameOf(suffix), { scope }, site.options(suffix, { dependsOn }));
  }
}
