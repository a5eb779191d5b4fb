import type { X509Certificate } from "node:crypto";
import type { ClusterReach } from "../../access/cluster-access";
import { connect } from "../../access/connection/cluster-client";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import { configurationPath, listed, sitesOf, type Problem } from "../../topology";
import {
  certificateName,
  isRevoked,
  revocationListsIn,
  rootOf,
  unlistedIn,
  type NamedChain,
  type RevocationList,
} from "../../trust";
import { noFindings, type Findings } from "../checks/findings";
import { standingAmong } from "../checks/stack-knowledge";
import { givenChains, revocationsPath } from "./revocations";
import { generatedIssuerOf, type RootChange } from "./root-change";
import { isRefusal } from "./standing/proxies";
import { authorityIn, listsIn, publishedIn } from "./standing/read";

/** What a cluster shows of what lists are judged by. */
export interface ListedCluster {
  /** What its istiod signs with, up to its root; undefined where none runs there, or it may not be read. */
  readonly chain?: readonly X509Certificate[];
  /** Roots that its istiod has published. */
  readonly roots: readonly X509Certificate[];
  /** The lists that its proxies are given; none where they look at none. */
  readonly lists: readonly RevocationList[];
}

/**
 * What keeps revocation lists from being brought to clusters that stand, and what keeps CAs from signing where proxies look
 * at lists. Asks nobody where there are neither lists nor were any.
 */
export async function standingRevocationFindings(
  change: RootChange,
  access: ReadonlyMap<string, ClusterReach>,
  environment: Environment = process.env,
): Promise<Findings> {
  if (change.material.revocationListsPem === undefined) return noFindings();
  const standing = standingAmong(sitesOf(change.plan), change.knowledge).map(({ name }) => name);
  const read = await Promise.all(
    [...access]
      .filter(([name]) => standing.includes(name))
      .map(async ([name, reach]): Promise<[string, ListedCluster][]> => {
        const client = connect({ ...reach, name }, environment);
        try {
          const [authority, roots, listsPem] = await Promise.all([
            authorityIn(client),
            publishedIn(client),
            listsIn(client),
          ]);
          const chain = authority && upToRoot(authority.chain, authority.roots);
          return [
            [
              name,
              {
                ...(chain === undefined ? {} : { chain }),
                roots: roots ?? [],
                lists: revocationListsIn(listsPem ?? ""),
              },
            ],
          ];
        } catch (error) {
          // That it may not be asked is told where it is looked whether the mesh can be installed.
          if (!isRefusal(error)) throw error;
          return [];
        } finally {
          client.close();
        }
      }),
  );
  return { problems: judgeStandingRevocations(change, new Map(read.flat())), warnings: [] };
}

/** @param clusters What those showed that stand, by name. Pure. */
export function judgeStandingRevocations(change: RootChange, clusters: ReadonlyMap<string, ListedCluster>): Problem[] {
  const { knowledge, material, plan } = change;
  const stands = new Set(standingAmong(sitesOf(plan), knowledge).map(({ name }) => name));
  const lists = revocationListsIn(material.revocationListsPem ?? "");
  const given = new Map(givenChains(material).map(({ whose, chain }) => [whose, chain]));
  return plan.controlPlanes.flatMap(({ name: site }): Problem[] => {
    const standing = clusters.get(site)?.chain;
    const wanted = given.get(site) ?? generatedChain(change, site, clusters);
    // One that stands and tells nothing is not changed, or told of elsewhere; one that is not signed yet is left out.
    if (wanted === undefined)
      return plan.trust.root === "generated" && !stands.has(site) ? [madeByThisUpdate(site)] : [];
    const signing = { whose: site, chain: wanted };
    return [
      ...(standing === undefined ? [] : uncovered({ whose: site, chain: standing }, lists)),
      ...(given.has(site) ? [] : stillUsed(signing, lists)),
      ...(sameChain(standing, wanted) ? [] : notInForce(signing, clusters)),
    ];
  });
}

/** What the istiod of a cluster is to sign with, where the stack makes that: with its key as it is, under a root that may be another. */
function generatedChain(
  change: RootChange,
  site: string,
  clusters: ReadonlyMap<string, ListedCluster>,
): readonly X509Certificate[] | undefined {
  const chain = clusters.get(site)?.chain;
  const root = generatedIssuerOf(change, site);
  const another = [...clusters.values()].flatMap(({ roots }) => roots).find((one) => one.fingerprint256 === root);
  if (chain === undefined || another === undefined) return chain;
  return [...chain.slice(0, -1), another];
}

function sameChain(one: readonly X509Certificate[] | undefined, other: readonly X509Certificate[]): boolean {
  const fingerprints = (chain: readonly X509Certificate[]): string =>
    chain.map(({ fingerprint256 }) => fingerprint256).join();
  return one !== undefined && fingerprints(one) === fingerprints(other);
}

/** Workloads present what was signed until now, whatever the istiod is given. One that is revoked is meant to be refused. */
function uncovered({ chain, whose }: NamedChain, lists: readonly RevocationList[]): Problem[] {
  return unlistedIn(chain, lists)
    .filter((authority) => !chain.some((issuer) => isRevoked(authority, issuer, lists)))
    .map((authority) => ({
      path: revocationsPath,
      expected:
        "a list of every CA that signs now, empty where nothing is revoked: with lists, proxies take no certificate of a CA that they have none of",
      found: `none of ${certificateName(authority)}, with which ${whose} signs`,
      fix: "Add it: `isthmus trust revoke --renew` for keys of the stack, else `isthmus trust crl` (docs/trust.md).",
    }));
}

function stillUsed({ chain, whose }: NamedChain, lists: readonly RevocationList[]): Problem[] {
  return chain
    .filter((authority) => chain.some((issuer) => isRevoked(authority, issuer, lists)))
    .map((authority) => ({
      path: revocationsPath,
      expected: "lists that revoke nothing that an istiod signs with",
      found: `${certificateName(authority)} among what is revoked, with which ${whose} signs`,
      fix: `Give its istiod another key first: \`isthmus trust revoke ${whose}\` does both in order.`,
    }));
}

/** Where proxies look at lists already, a CA must be among these before it signs. */
function notInForce({ chain, whose }: NamedChain, clusters: ReadonlyMap<string, ListedCluster>): Problem[] {
  const lacking = [...clusters].filter(([, { lists }]) => lists.length > 0 && unlistedIn(chain, lists).length > 0);
  if (lacking.length === 0) return [];
  return [
    {
      path: revocationsPath,
      expected: `lists of all CAs of ${whose} with every proxy before these sign, since proxies look at lists already`,
      found: `none of some of them in ${listed(lacking.map(([name]) => name))}`,
      fix: "Bring the lists there first, with all else as it is; then run again with the rest (docs/trust.md).",
    },
  ];
}

function madeByThisUpdate(site: string): Problem {
  return {
    path: configurationPath("trust", "revocations"),
    expected: `a CA of ${site} that is there already, since proxies look at lists and take no certificate of a CA that they have none of`,
    found: "one that this update is to make",
    fix: "Lift the revocations first: change the root (`isthmus trust rotate`), after which nothing that was signed before counts, take `revocations` out, and let the cluster join then (docs/trust.md).",
  };
}

function upToRoot(chain: readonly X509Certificate[], roots: readonly X509Certificate[]): readonly X509Certificate[] {
  const rootPrints = new Set(roots.map(({ fingerprint256 }) => fingerprint256));
  const below = chain.filter(({ fingerprint256 }) => !rootPrints.has(fingerprint256));
  const root = rootOf(chain, roots);
  return root === undefined ? below : [...below, root];
}
