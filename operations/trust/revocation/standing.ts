import type { X509Certificate } from "node:crypto";
import { isTakenUp, type ClusterTrust } from "../../../preflight";
import { intermediateKeysOf, listed, type MeshPlan } from "../../../topology";
import { revocationListsIn, serialOf, unlistedIn } from "../../../trust";
import type { RevocationReadiness, RevocationReport } from "./report";
import type { StackAuthority } from "./stack-authorities";
import { isUnderWay, revocationSteps } from "./step";

/** What is known of a mesh by who revokes an intermediate CA of it. */
export interface RevocationFacts {
  readonly plan: MeshPlan;
  /** The cluster whose intermediate CA is concerned: an istiod runs in it. */
  readonly cluster: string;
  /** The CAs whose keys the stacks have. */
  readonly authorities: readonly StackAuthority[];
  /** The file with lists, PEM; empty where the mesh's file names none. */
  readonly listsPem: string;
  /** What every cluster showed, by name. */
  readonly trusts: ReadonlyMap<string, ClusterTrust>;
  readonly now: Date;
}

/** How many proxies are named that have not followed. */
const shownProxies = 3;

/** Where the revocation of an intermediate CA stands: by the mesh's file, the state and the clusters, and by nothing else. Pure. */
export function revocationReport(facts: RevocationFacts): RevocationReport {
  const { authorities, cluster, listsPem, now, plan } = facts;
  const keys = intermediateKeysOf(plan, cluster);
  const lists = revocationListsIn(listsPem);
  const newest = authorityOf(authorities, cluster, keys.keys.at(-1))?.certificate;
  const isCovered = keys.keys.length > 1 && newest !== undefined && unlistedIn([newest], lists).length === 0;
  const steps = revocationSteps(
    { cluster, keys, lists: lists.length === 0 ? "none" : isCovered ? "all" : "lacking" },
    now,
  );
  const used = authorityOf(authorities, cluster, keys.used)?.certificate;
  return {
    mesh: plan.id,
    cluster,
    intermediate: {
      key: keys.used,
      serial: used === undefined ? "" : serialOf(used),
      fingerprint: used?.fingerprint256 ?? "",
    },
    ...(isUnderWay(keys) ? { former: keys.keys[0] ?? "" } : {}),
    revoked: lists.flatMap((list) => [...list.revoked.keys()]),
    readiness: readinessOf(facts, used),
    steps,
    underWay: isUnderWay(keys),
  };
}

/** The CA of a cluster's key, as the stacks have it. */
export function authorityOf(
  authorities: readonly StackAuthority[],
  cluster: string,
  key: string | undefined,
): StackAuthority | undefined {
  return authorities.find(({ intermediate }) => intermediate?.site === cluster && intermediate.key === key);
}

function readinessOf(facts: RevocationFacts, used: X509Certificate | undefined): RevocationReadiness {
  const unapplied = unappliedIn(facts, used);
  if (unapplied.length > 0) return { kind: "unapplied", words: unapplied };
  const following = [...facts.trusts.values()].flatMap((trust) => lagIn(trust, facts, used));
  return following.length > 0 ? { kind: "following", words: following } : { kind: "ready", words: [] };
}

/** What the file says, and no update has brought yet. */
function unappliedIn(
  { authorities, cluster, listsPem, plan, trusts }: RevocationFacts,
  used: X509Certificate | undefined,
): string[] {
  const { keys } = intermediateKeysOf(plan, cluster);
  const made = authorities.flatMap(({ intermediate }) => (intermediate?.site === cluster ? [intermediate.key] : []));
  const signing = trusts.get(cluster)?.authority?.chain[0];
  const withoutLists = plan.controlPlanes
    .map(({ name }) => name)
    .filter((name) => {
      const authority = trusts.get(name)?.authority;
      return authority !== undefined && (authority.listsPem ?? "").trim() !== listsPem.trim();
    });
  return [
    ...keys.filter((key) => !made.includes(key)).map((key) => `the key ${key} of ${cluster} is not made yet`),
    ...made.filter((key) => !keys.includes(key)).map((key) => `the key ${key} of ${cluster} is not dropped yet`),
    ...(signing !== undefined && used !== undefined && signing.fingerprint256 !== used.fingerprint256
      ? [`the istiod of ${cluster} is not given its new certificate yet`]
      : []),
    ...(withoutLists.length === 0 ? [] : [`other revocation lists are with the istiod of ${listed(withoutLists)}`]),
  ];
}

/** What of a cluster has not followed the last update, or did not say. */
function lagIn(
  trust: ClusterTrust,
  { cluster, listsPem, plan }: RevocationFacts,
  used: X509Certificate | undefined,
): string[] {
  const { proxies, troubles, unread } = trust;
  const name = trust.cluster;
  const served = plan.clusters.find((one) => one.name === name)?.controlPlane === cluster;
  const former = proxies.filter(({ issuers }) => served && issuers[0]?.fingerprint256 !== used?.fingerprint256);
  // Gateways are given none: Istio's template of theirs has no volume for them.
  const withoutLists = proxies.filter(({ listsPem: own }) => own !== undefined && own.trim() !== listsPem.trim());
  const isPublished = (trust.listsPem ?? "").trim() === listsPem.trim();
  return [
    ...troubles.map((words) => `${name}: ${words}`),
    ...(unread.length === 0 ? [] : [`${name}: ${proxiesOf(unread)} did not say what they have`]),
    ...(name === cluster && isTakenUp(trust) === false
      ? [`${name}: its istiod has not taken up its new certificate`]
      : []),
    ...(isPublished || proxies.length === 0 ? [] : [`${name}: its istiod has not published the revocation lists yet`]),
    ...(withoutLists.length === 0 ? [] : [`${name}: ${proxiesOf(withoutLists)} look at other revocation lists`]),
    ...(former.length === 0 ? [] : [`${name}: ${proxiesOf(former)} present certificates of the former key`]),
  ];
}

function proxiesOf(proxies: readonly { readonly namespace: string; readonly pod: string }[]): string {
  return listed(
    proxies.map(({ namespace, pod }) => `${namespace}/${pod}`),
    shownProxies,
  );
}
