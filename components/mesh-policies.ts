import type * as pulumi from "@pulumi/pulumi";
import { dnsCapturesIn, peerPoliciesIn, sidecarScopesIn, systemNamespace, type MeshPlan } from "../topology";
import { DnsCapture } from "./dns-capture";
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

/**
 * Says how workloads take calls, what they see of the mesh, and whether their sidecars answer DNS, in the cluster that holds
 * their istiod's configuration.
 */
export function createPolicies(site: MeshSite, plan: MeshPlan, place: PolicyPlace): void {
  const cluster = site.plan.name;
  for (const { namespace, mode } of peerPoliciesIn(plan, cluster)) {
    const isOfMesh = namespace === systemNamespace;
    const suffix = isOfMesh ? "mutual-tls" : (`mutual-tls.${namespace}` as const);
    new MutualTls(
      site.nameOf(suffix),
      { namespace: isOfMesh ? site.namespace.namespaceName : namespace, mode },
      site.options(suffix, { dependsOn: awaitedIn(place, namespace) }),
    );
  }
  for (const scope of sidecarScopesIn(plan, cluster)) {
    const suffix = `sidecar-scope.${scope.namespace}` as const;
    const dependsOn = awaitedIn(place, scope.namespace);
    new SidecarScope(site.nameOf(suffix), { scope }, site.options(suffix, { dependsOn }));
  }
  for (const capture of dnsCapturesIn(plan, cluster)) {
    const suffix = `dns-capture.${capture.namespace}` as const;
    const dependsOn = awaitedIn(place, capture.namespace);
    new DnsCapture(site.nameOf(suffix), { capture }, site.options(suffix, { dependsOn }));
  }
}
