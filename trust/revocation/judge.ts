import type { X509Certificate } from "node:crypto";
import type { Problem } from "../../topology";
import { isStrongSignature, signatureNameOf } from "../algorithms";
import { certificateName, factsOf } from "../certificate";
import { daysUntil, endWords, lifetimeState } from "../lifetime";
import type { Reading } from "../pem";
import { instant } from "../showing";
import { isRevoked, unlistedIn } from "./coverage";
import { isListOf, namesAuthority, readRevocationLists, type RevocationList } from "./revocation-list";

/** A chain that somebody presents: the intermediate first, its root last, and whose it is, as a message names it. */
export interface NamedChain {
  readonly whose: string;
  readonly chain: readonly X509Certificate[];
}

/** What lists are judged by. */
export interface ListContext {
  readonly now: Date;
  /** Where they stand in the configuration. */
  readonly path: string;
  /** Every chain that is known, of all clusters. */
  readonly chains: readonly NamedChain[];
}

const howToWrite =
  "`isthmus trust revoke` writes the file for a mesh, `isthmus trust crl` makes lists of CAs whose keys it is given";

/**
 * Reads the lists that a user gave, and tells all that is wrong with them: what istiod or Envoy would refuse, or which would
 * have proxies refuse certificates that are to count. Pure.
 */
export function judgeRevocationLists(pem: string, context: ListContext): Reading<readonly RevocationList[]> {
  const { value: lists, problems } = readRevocationLists(pem, context.path);
  if (problems.length > 0) return { value: lists, problems };
  return {
    value: lists,
    problems: [
      ...lists.flatMap((list) => [...formProblems(list, context), ...signatureProblems(list, context)]),
      ...twice(lists, context),
      ...missing(lists, context),
      ...cutOff(lists, context),
    ],
  };
}

/** Lists that end soon: past their end a proxy takes no certificate of the CA at all. Pure. */
export function endingLists(lists: readonly RevocationList[], { now, path }: Omit<ListContext, "chains">): Problem[] {
  return lists.flatMap((list) => {
    const { nextUpdate, thisUpdate } = list;
    if (nextUpdate === undefined || lifetimeState({ from: thisUpdate, until: nextUpdate }, now) !== "ending") return [];
    return [
      {
        path,
        expected: "revocation lists that do not end soon: past the end of one, every certificate of its CA is refused",
        found: `that of ${JSON.stringify(list.issuer)}, which ${endWords(nextUpdate, daysUntil(nextUpdate, now))}`,
        fix: `Make it anew in time: ${howToWrite}.`,
      },
    ];
  });
}

function formProblems(list: RevocationList, { now, path }: ListContext): Problem[] {
  const name = `that of ${JSON.stringify(list.issuer)}`;
  const algorithm = signatureNameOf(list.parts.algorithm);
  const problems: Problem[] = [];
  if (!list.isWhole) {
    problems.push({
      path,
      expected: "complete lists: proxies take neither deltas nor lists of a part",
      found: `${name}, which is one`,
      fix: "Have the CA make one of all that it has revoked.",
    });
  }
  if (!isStrongSignature(algorithm)) {
    problems.push({
      path,
      expected: "lists that are signed with SHA-256 or more",
      found: `${name}, signed with ${algorithm}`,
      fix: "Have it signed anew.",
    });
  }
  if (list.thisUpdate > now) {
    problems.push({
      path,
      expected: `lists that count now, ${instant(now)}`,
      found: `${name}, which begins ${instant(list.thisUpdate)}`,
      fix: "Wait until then, or set the clock right.",
    });
  }
  if (list.nextUpdate !== undefined && list.nextUpdate <= now) {
    problems.push({
      path,
      expected: `lists that count now, ${instant(now)}: past the end of one, every certificate of its CA is refused`,
      found: `${name}, which ended ${instant(list.nextUpdate)}`,
      fix: `Make it anew: ${howToWrite}.`,
    });
  }
  return problems;
}

/** A list that names a CA of the mesh is that CA's: another would never count, and hide that one is missing. */
function signatureProblems(list: RevocationList, { chains, path }: ListContext): Problem[] {
  const named = authoritiesIn(chains).filter((authority) => namesAuthority(list, authority));
  const problems: Problem[] = [];
  if (named.length > 0 && !named.some((authority) => isListOf(list, authority))) {
    problems.push({
      path,
      expected: "lists that are signed with the key of the CA that they name",
      found: `one that names ${named.map(certificateName).join(" and ")}, with another signature`,
      fix: "Give the list that this CA signed: another may have had its name, or the list was changed.",
    });
  }
  for (const authority of named) {
    const { keyUsages } = factsOf(authority);
    if (keyUsages === undefined || keyUsages.includes("cRLSign")) continue;
    problems.push({
      path,
      expected: "lists of CAs that may sign lists (key usage cRLSign): istiod takes no others",
      found: `one of ${certificateName(authority)}, whose key usages are ${keyUsages.join(", ")}`,
      fix: "Have its certificate made anew with that usage; revoke by a change of the root until then (docs/trust.md).",
    });
  }
  return problems;
}

/** Which of two a proxy takes is not the user's to say. */
function twice(lists: readonly RevocationList[], { path }: ListContext): Problem[] {
  return lists.flatMap((list, index) => {
    const before = lists.findIndex(
      (other) => other.issuerName.equals(list.issuerName) && other.authorityKeyId === list.authorityKeyId,
    );
    if (before === index) return [];
    return [
      {
        path,
        expected: "one list for each CA",
        found: `lists ${String(before + 1)} and ${String(index + 1)} of ${JSON.stringify(list.issuer)}`,
        fix: "Keep the newer one.",
      },
    ];
  });
}

function missing(lists: readonly RevocationList[], { chains, path }: ListContext): Problem[] {
  return authoritiesIn(chains)
    .filter((authority) => unlistedIn([authority], lists).length > 0)
    .filter((authority) => !lists.some((list) => namesAuthority(list, authority)))
    .map((authority) => ({
      path,
      expected: `a list of every CA, empty where nothing is revoked: with lists, proxies take no certificate of a CA that they have none of`,
      found: `none of ${certificateName(authority)}, which signs for ${whose(authority, chains)}`,
      fix: `Add it: ${howToWrite}.`,
    }));
}

/** What is still in use is not revoked by mistake. */
function cutOff(lists: readonly RevocationList[], { chains, path }: ListContext): Problem[] {
  return chains.flatMap(({ chain, whose: owner }) =>
    chain.flatMap((certificate, index) => {
      const issuer = chain[index + 1] ?? certificate;
      if (!isRevoked(certificate, issuer, lists)) return [];
      return [
        {
          path,
          expected: "lists that revoke nothing that an istiod signs with",
          found: `${certificateName(certificate)} among what is revoked, with which ${owner} signs`,
          fix: `Give ${owner} another key and certificate first, and run; then revoke this one (docs/trust.md).`,
        },
      ];
    }),
  );
}

function authoritiesIn(chains: readonly NamedChain[]): X509Certificate[] {
  const all = chains.flatMap(({ chain }) => chain);
  return all.filter((one, at) => all.findIndex(({ fingerprint256 }) => fingerprint256 === one.fingerprint256) === at);
}

function whose(authority: X509Certificate, chains: readonly NamedChain[]): string {
  const owners = chains
    .filter(({ chain }) => chain.some(({ fingerprint256 }) => fingerprint256 === authority.fingerprint256))
    .map((one) => one.whose);
  return [...new Set(owners)].join(", ");
}
