import type { ControlPlaneFacts } from "./facts";
import { seenOf } from "./clusters";
import type { ClusterSnapshot, MeshConfigSeen, MeshSnapshot } from "./snapshot";

/** The revision of an istiod that nobody has given another one (istiod chart, `revision`). */
export const defaultRevision = "default";

/** What counts where nothing says another trust domain (istio, pkg/config/constants, DefaultClusterLocalDomain). */
export const defaultTrustDomain = "cluster.local";

/** The configuration that istiods of one revision go by. */
export interface IstiodConfig {
  /** The cluster that it stands in. */
  readonly cluster: string;
  readonly configMap: string;
  readonly config: MeshConfigSeen;
}

/** Revisions of the istiods that are installed in a cluster; the default one where that is not known. */
export function revisionsIn({ system }: Pick<ClusterSnapshot, "system">): string[] {
  const istiods = (system?.deployments ?? []).filter(({ metadata }) => metadata?.labels?.["app"] === "istiod");
  const revisions = istiods.map(({ metadata }) => metadata?.labels?.["istio.io/rev"] ?? defaultRevision);
  return revisions.length === 0 ? [defaultRevision] : [...new Set(revisions)];
}

/** The ConfigMap that istiods of a revision read (istio, pilot/pkg/bootstrap/mesh.go, getMeshConfigMapName). */
export function configMapOf(revision: string): string {
  return revision === defaultRevision ? "istio" : `istio-${revision}`;
}

/** What a cluster's ConfigMap for a revision says; `none` where there is no such ConfigMap, undefined where nobody could read it. */
export function meshConfigFor(
  { meshConfig, revisionMeshConfigs = [] }: ClusterSnapshot,
  revision: string,
): MeshConfigSeen | "none" | undefined {
  if (revision === defaultRevision || meshConfig === undefined) return meshConfig;
  return revisionMeshConfigs.find((one) => one.revision === revision) ?? "none";
}

/**
 * The configurations that the istiods of a control plane go by, as far as they are known: in the cluster that holds its
 * configuration, and of one that runs elsewhere beside it as well.
 */
export function configsOf(snapshot: MeshSnapshot, { configCluster, name }: ControlPlaneFacts): IstiodConfig[] {
  const own = seenOf(snapshot, name);
  if (own === undefined) return [];
  return [...new Set([name, configCluster])].flatMap((cluster) => {
    const seen = seenOf(snapshot, cluster);
    return revisionsIn(own).flatMap((revision) => {
      const config = seen === undefined ? undefined : meshConfigFor(seen, revision);
      return config === undefined || config === "none" ? [] : [{ cluster, configMap: configMapOf(revision), config }];
    });
  });
}

/** The trust domain that a configuration gives. */
export function trustDomainOf({ trustDomain = defaultTrustDomain }: MeshConfigSeen): string {
  return trustDomain;
}
