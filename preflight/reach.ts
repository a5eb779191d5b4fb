import { planWithout, type MeshPlan, type Problem } from "../topology";
import { nothingElsewhere, type FoundIntermediate, type TrustMaterial } from "../trust";
import type { ClusterAccess } from "../access/cluster-access";
import { resolveAccess } from "../access/kubeconfig/resolve";
import type { KubeconfigSources } from "../access/kubeconfig/sources";
import type { ClusterSighting } from "./checks/cluster-identity";
import { belongingTo, knowsNothing, type KnowledgeReader } from "./checks/stack-knowledge";
import { precheck, type PrecheckOptions } from "./precheck";
import { judgeSilent, nothingSilent, stands } from "./silent-clusters";
import { findTrust, type FoundTrust } from "./trust/material";
import { judgePending, type PendingTrust } from "./trust/pending";
import { judgeRequests } from "./trust/requests";

/** The clusters of a mesh, and all that keeps it from being installed in them. */
export interface ReachedClusters {
  /** The plan without the clusters that are left out, because they are new, cannot be reached and are to be skipped. */
  readonly plan: MeshPlan;
  /** Those whose context was found, whether they answer or not. */
  readonly clusters: ReadonlyMap<string, ReachedCluster>;
  /**
   * Whether every cluster's context was found and the charts know the extra values: otherwise not even a preview has
   * anything to go by.
   */
  readonly resolved: boolean;
  /** What is wrong with any of them, or with the charts, all at once: nothing is to be changed. */
  readonly problems: readonly Problem[];
  /** Those of the problems that are about what this run's users may do: a preview need not be able to write. */
  readonly rights: readonly Problem[];
  /**
   * Clusters that do not answer, or belong to the mesh and let us ask nothing, and how that shows; without those that are
   * left out.
   */
  readonly unreachable: ReadonlyMap<string, Problem>;
  /** Clusters of the mesh that cannot be asked: they stay as they are, and the update has failed when it ends. */
  readonly failures: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What of the mesh's certificates is made elsewhere. */
  readonly trust: TrustMaterial;
}

/** How clusters are looked at, where that differs from the usual. */
export interface ReachOptions extends Pick<PrecheckOptions, "environment" | "madeAnew"> {
  /** `elsewhere` where the stack of the trust alone reads and judges certificates. Default: `here`. */
  readonly trust?: "here" | "elsewhere";
}

/** A cluster, and what was seen there. */
export interface ReachedCluster extends ClusterAccess {
  /** UID of its namespace kube-system, where it answers and that may be read. */
  readonly uid?: string;
  /** Whether its API server answers, and lets us ask. */
  readonly isReachable: boolean;
  /** Namespaces of the mesh's workloads that are there, or may be where it cannot be asked. */
  readonly existingNamespaces: readonly string[];
  /** Whose its system namespace is, where it answers and that may be read. */
  readonly systemNamespaceOrigin?: "absent" | "made" | "adopted" | "foreign";
}

/**
 * Finds every cluster's context and looks whether the mesh can be installed there. Pulumi's own preview passes against a
 * cluster that nobody can reach, and an update would find out half-way.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @param sources Where kubeconfigs come from that stand in no file.
 * @param knowledge Reads what the stack knows of its clusters.
 * @param options.madeAnew What becomes of clusters that were made anew under their old names. Default: `refuse`.
 * @param options.environment Where `KUBECONFIG`, `HOME` and proxies are looked up, and what credential plugins see. Default: the
 *   process's.
 */
export async function reachClusters(
  plan: MeshPlan,
  projectDirectory: string,
  sources: KubeconfigSources,
  knowledge: KnowledgeReader,
  options: ReachOptions = {},
): Promise<ReachedClusters> {
  const { environment = process.env, madeAnew = "refuse" } = options;
  const [{ clusters, problems }, trust] = await Promise.all([
    resolveAccess(plan, projectDirectory, sources, environment),
    options.trust === "elsewhere" ? noTrust : findTrust(plan, projectDirectory, sources),
  ]);
  const found = await precheck(plan, clusters, projectDirectory, {
    environment,
    knowledge,
    madeAnew,
    ...(trust.problems.length > 0 || options.trust === "elsewhere" ? {} : { trust: trust.material }),
  });
  const isAllAsked = found.unreachable.size + found.lockedOut.size === 0;
  const isAllSigned = plan.trust.root !== "offline" || options.trust === "elsewhere";
  const known = isAllAsked && isAllSigned ? knowsNothing : await knowledge("outputs");
  const belonging = belongingTo(known);
  const requests = judgeRequests(plan, trust.material, (name) => known.clusters.get(name)?.request);
  const pending = isAllSigned
    ? nothingPending
    : judgePending(plan, trust.material, (name) => stands(plan, name, belonging));
  const lockedOut = new Map([...found.lockedOut].filter(([name]) => stands(plan, name, belonging)));
  const unreachable = new Map([...found.unreachable, ...lockedOut]);
  const silent = isAllAsked ? nothingSilent : judgeSilent(plan, unreachable, belonging, new Set(lockedOut.keys()));
  const others = (problems: readonly Problem[]): readonly Problem[] =>
    problems.filter((problem) => ![...lockedOut.values()].includes(problem));
  const reached = [...clusters.values()].map((access): ReachedCluster => ({
    ...access,
    ...seenOf(found.sightings.get(access.name)),
    isReachable: !unreachable.has(access.name),
    existingNamespaces: found.namespaces.get(access.name) ?? assumedNamespaces(plan, access.name, unreachable),
  }));
  const leftOut = [...new Set([...silent.leftOut, ...pending.leftOut])];
  return {
    plan: leftOut.length === 0 ? plan : planWithout(plan, leftOut),
    clusters: new Map(reached.map((cluster) => [cluster.name, cluster])),
    resolved: problems.length + trust.problems.length + requests.length === 0 && !found.mistaken,
    problems: [
      ...problems,
      ...trust.problems,
      ...requests,
      ...others(found.problems),
      ...silent.problems,
      ...pending.problems,
    ],
    rights: others(found.rights),
    unreachable: new Map([...unreachable].filter(([name]) => !leftOut.includes(name))),
    failures: silent.failures,
    warnings: [...trust.warnings, ...found.warnings, ...silent.warnings, ...pending.warnings],
    trust: withEnds(trust.material, found.existingIntermediates),
  };
}

const noTrust: FoundTrust = { material: nothingElsewhere, problems: [], warnings: [] };

const nothingPending: PendingTrust = { leftOut: [], problems: [], warnings: [] };

/** What the clusters said of the intermediate CAs that somebody else keeps in them. */
function withEnds(material: TrustMaterial, ends: ReadonlyMap<string, string>): TrustMaterial {
  const intermediates = [...material.intermediates].map(([site, found]): [string, FoundIntermediate] => {
    const notAfter = ends.get(site);
    return [site, "existingSecret" in found && notAfter !== undefined ? { ...found, notAfter } : found];
  });
  return { ...material, intermediates: new Map(intermediates) };
}

function seenOf(sighting: ClusterSighting | undefined): Pick<ReachedCluster, "systemNamespaceOrigin" | "uid"> {
  if (sighting === undefined) return {};
  const { system, uid } = sighting;
  const origin = system.kind === "ours" ? system.origin : system.kind === "unread" ? undefined : system.kind;
  return {
    ...(origin === undefined ? {} : { systemNamespaceOrigin: origin }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** In a cluster that cannot be asked all are taken to be there: what was adopted must not be made anew. */
function assumedNamespaces(
  { namespaces }: MeshPlan,
  cluster: string,
  unreachable: ReadonlyMap<string, Problem>,
): readonly string[] {
  if (!unreachable.has(cluster)) return [];
  return namespaces.filter(({ clusters }) => clusters.includes(cluster)).map(({ name }) => name);
}
