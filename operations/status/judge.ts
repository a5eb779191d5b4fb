import { exposedIstiodName, readerTokensOf, systemNamespace, type MeshPlan } from "../../topology";
import { endWords } from "../../trust";
import type { ClusterFacts } from "./facts";
import type { CertificateEnd, IstiodStatus, MeshClusterStatus } from "./report";
import { foundIn, type SeenCluster } from "./seen";

/** What is said of a cluster. */
type Verdict = Pick<MeshClusterStatus, "troubles" | "unread" | "warnings">;

/** What is asked, as a message calls it. */
const subjects: Readonly<Record<Exclude<keyof SeenCluster, "kubernetes">, string>> = {
  systemNamespace: `namespace ${systemNamespace}`,
  istiods: "istiod",
  reading: "what istiod has synced",
  gateway: "the east-west gateway",
  exposedIstiod: exposedIstiodName,
  root: "the root",
  intermediate: "the CA that istiod signs with",
  tokens: "the reader token",
};

/**
 * What is wrong in a cluster that answers, and what will be. Pure.
 * @param silent Clusters that do not answer us: whether an istiod has synced one of those is no trouble of its own.
 */
export function judge(
  plan: MeshPlan,
  name: string,
  seen: SeenCluster,
  facts: ClusterFacts,
  silent: readonly string[],
): Verdict {
  if (foundIn(seen.systemNamespace)?.isThere === false) {
    return { troubles: [`there is no namespace ${systemNamespace}: no mesh stands here`], warnings: [], unread: [] };
  }
  const ends = [facts.root, facts.intermediate].filter((end) => end !== undefined);
  const unread = unreadIn(seen);
  return {
    troubles: [
      ...meshTroubles(plan, seen),
      ...istiodTroubles(facts.istiods),
      ...(facts.reads ?? [])
        .filter(({ cluster, isSynced }) => !isSynced && !silent.includes(cluster))
        .map(({ reason = "" }) => reason),
      ...gatewayTroubles(plan, name, facts),
      ...(facts.exposedIstiod?.addresses.length === 0
        ? [`${exposedIstiodName} has no address from a load balancer`]
        : []),
      ...ends.filter(({ state }) => state === "past").map(endingWords),
      ...tokenTroubles(plan, name, seen, facts),
      ...unread.filter(({ isByRights }) => !isByRights).map(({ words }) => words),
    ],
    warnings: [
      ...ends.filter(({ state }) => state === "ending").map(endingWords),
      ...(facts.readerToken?.isDue === true
        ? [`the token ${facts.readerToken.name} is ${facts.readerToken.ageDays} days old, which is too old`]
        : []),
    ],
    unread: [
      ...unread.filter(({ isByRights }) => isByRights).map(({ words }) => words),
      ...(foundIn(seen.root)?.length === 0 ? [`${subjects.root}: nobody says it`] : []),
      ...(foundIn(seen.intermediate)?.length === 0
        ? [`${subjects.intermediate}: neither the Secret cacerts nor istiod says it`]
        : []),
    ],
  };
}

function meshTroubles(plan: MeshPlan, { systemNamespace: seen }: SeenCluster): string[] {
  const found = foundIn(seen);
  // A mesh that is renamed has its former id until an update has been there.
  if (found === undefined || [plan.id, plan.replaces.id].includes(found.mesh ?? "")) return [];
  return [`namespace ${systemNamespace} names ${found.mesh === undefined ? "no mesh" : `the mesh ${found.mesh}`}`];
}

function istiodTroubles(istiods: readonly IstiodStatus[] | undefined): string[] {
  if (istiods?.length === 0) return [`no istiod in namespace ${systemNamespace}`];
  return (istiods ?? [])
    .filter(({ available, replicas }) => available < Math.max(1, replicas))
    .map(({ available, name, replicas }) => {
      if (replicas === 0) return `${name} is scaled to no replicas`;
      return `${available} of ${replicas} ${replicas === 1 ? "replica" : "replicas"} of ${name} available`;
    });
}

function gatewayTroubles(plan: MeshPlan, name: string, { eastWestGateway: gateway }: ClusterFacts): string[] {
  if (gateway === undefined) return [];
  const network = plan.clusters.find((cluster) => cluster.name === name)?.network ?? "";
  if (gateway.services.length === 0) return [`no gateway Service for network ${network}`];
  const names = gateway.services.join(", ");
  return [
    ...(gateway.addresses.length === 0 ? [`${names} has no address from a load balancer`] : []),
    ...(gateway.isReady ? [] : [`no pod of ${names} is ready`]),
  ];
}

function tokenTroubles(plan: MeshPlan, name: string, { tokens }: SeenCluster, { readerToken }: ClusterFacts): string[] {
  const cluster = plan.clusters.find((one) => one.name === name);
  if (cluster === undefined || foundIn(tokens) === undefined || readerToken !== undefined) return [];
  return [`the token ${readerTokensOf(cluster).used} is not there`];
}

function endingWords({ daysLeft, name, notAfter }: CertificateEnd): string {
  return `${name} ${endWords(new Date(notAfter), daysLeft)}`;
}

function unreadIn(seen: SeenCluster): { readonly words: string; readonly isByRights: boolean }[] {
  return Object.entries(subjects).flatMap(([key, what]) => {
    const one = seen[key as keyof typeof subjects];
    if (one === undefined || "found" in one) return [];
    return [{ words: `${what} could not be read: ${one.reason}`, isByRights: one.isByRights }];
  });
}
