/** What a step of a case makes of the configuration, as somebody would write it. Pure. */

import { ConfigurationError, parseMesh } from "../../../topology";
import { paperCluster, type PaperConfig } from "../paper/mesh";
import type { Change } from "./case";
import { without } from "./without";

type Clusters = PaperConfig["clusters"];

/** Name, and context, of the external control plane that clusters may have. */
export const externalName = "control";

/** What the configuration is, and what the last updates left open. */
export interface Standing {
  readonly config: PaperConfig;
  /** Clusters by name, with their contexts, that a configuration had since the last update that succeeded. */
  readonly open: Readonly<Record<string, string>>;
}

/** A mesh that nobody has brought up yet. */
export function standingOf(config: PaperConfig): Standing {
  return { config, open: contextsOf(config) };
}

/** After an update that succeeded: what was confirmed for it is taken out again, as it is no longer needed. */
export function settled({ config }: Standing): Standing {
  const clusters = Object.entries(config.clusters).map(([name, cluster]) => [name, without(cluster, "replaces")]);
  return standingOf({ ...config, clusters: Object.fromEntries(clusters) as Clusters });
}

/**
 * The configuration after a change.
 * @returns Undefined where nobody would, or may, write it: a rule forbids it, or what the last update left open does.
 */
export function changed(standing: Standing, change: Change): Standing | undefined {
  const clusters = clustersAfter(standing, change);
  if (clusters === undefined) return undefined;
  const stacks = change.kind === "stacks" ? change.stacks : (standing.config.stacks ?? "one");
  const config = withExternal({ ...standing.config, stacks, clusters });
  return isValid(config) ? { config, open: { ...standing.open, ...contextsOf(config) } } : undefined;
}

/** Whether the schema and the rules have nothing against a configuration. */
export function isValid(config: PaperConfig): boolean {
  try {
    parseMesh({ ...config, istio: { version: "1.31.1" } });
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}

function clustersAfter({ config, open }: Standing, change: Change): Clusters | undefined {
  const { clusters } = config;
  if (change.kind === "nothing" || change.kind === "stacks") return clusters;
  const cluster = clusters[change.cluster];
  if (change.kind === "add") return added(config, open, change);
  if (cluster === undefined) return undefined;
  const others: Clusters = without(clusters, change.cluster);
  switch (change.kind) {
    case "remove":
      // Half renamed, it goes by two names.
      return cluster.replaces === undefined ? others : undefined;
    case "rename": {
      if (cluster.replaces !== undefined || change.to in open || change.to in clusters) return undefined;
      return renamed({ ...others, [change.to]: { ...cluster, replaces: change.cluster } }, change.cluster, change.to);
    }
    case "network":
      return { ...clusters, [change.cluster]: { ...cluster, network: change.network } };
    case "control-plane": {
      const own = without(cluster, "controlPlane");
      const { controlPlane } = change;
      return { ...clusters, [change.cluster]: { ...own, ...(controlPlane === undefined ? {} : { controlPlane }) } };
    }
  }
}

/** Neither the name nor the context may be those of another cluster, nor of one that has not left yet. */
function added(
  { clusters }: PaperConfig,
  open: Standing["open"],
  { cluster, context, network, controlPlane }: Extract<Change, { kind: "add" }>,
): Clusters | undefined {
  const isOpen = Object.entries(open).some(
    ([name, itsContext]) =>
      (name === cluster) !== (itsContext === context) && (name === cluster || itsContext === context),
  );
  if (isOpen || cluster in clusters) return undefined;
  const apiServer = { url: `https://${context}.example.org:6443` };
  const settings = { network, access: { context }, apiServer, ...(controlPlane === undefined ? {} : { controlPlane }) };
  return { ...clusters, [cluster]: paperCluster(cluster, settings) };
}

/** The clusters with another name for their control plane. */
function renamed(clusters: Clusters, from: string, to: string): Clusters {
  const entries = Object.entries(clusters).map(([name, cluster]) => [
    name,
    cluster.controlPlane === from ? { ...cluster, controlPlane: to } : cluster,
  ]);
  return Object.fromEntries(entries) as Clusters;
}

/** An external control plane is there as long as it serves anybody, and says itself where its configuration is. */
function withExternal({ externalControlPlanes, ...config }: PaperConfig): PaperConfig {
  const served = Object.entries(config.clusters).filter(([, { controlPlane }]) => controlPlane === externalName);
  const former = externalControlPlanes?.[externalName]?.configCluster;
  const kept = served.find(([name, { replaces }]) => [name, replaces].includes(former));
  const [configCluster] = kept ?? served[0] ?? [];
  if (configCluster === undefined) return config;
  return {
    ...config,
    externalControlPlanes: { [externalName]: { access: { context: externalName }, configCluster } },
  };
}

function contextsOf({ clusters }: PaperConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(clusters).map(([name, { access }]) => [name, "context" in access ? (access.context ?? name) : name]),
  );
}
