import { createPublicKey, type X509Certificate } from "node:crypto";
import type { Problem } from "../topology";
import { certificateName, factsOf, haveSameKey, isOfKey, isSelfSigned, isSignedBy, namesIssuer } from "./certificate";
import { inOrder } from "./chain-order";
import type { Reading } from "./pem";
import { readCertificates, readPrivateKey, type PrivateKey } from "./readings";
import { rootAbove, rootProblems } from "./roots";
import * as authority from "./rules/authority";
import { chainLinks, rootLink, type Link, type LinkRule, type RuleContext } from "./rules/link";
import { allowsMeshNames } from "./rules/name-constraints";
import { endsWithIssuer, isValidNow } from "./rules/validity";

/** An intermediate CA as a user gives it. */
export interface GivenIntermediate {
  /** The intermediate's certificate, PEM, and after it those between it and a root; the root may end it. */
  readonly chainPem: string;
  /** Its key, PEM. Nothing where it is elsewhere. Secret. */
  readonly privateKeyPem?: string;
  /** The roots that workloads trust, PEM. */
  readonly rootsPem: string;
}

/** What an intermediate is judged by. */
export interface JudgeContext extends RuleContext {
  /** The cluster whose istiod signs with it. */
  readonly site: string;
  /** All clusters of the mesh: an intermediate whose subject names another one of these is that one's. */
  readonly sites?: readonly string[];
  /** Where the parts stand in the user's configuration. */
  readonly paths: { readonly chain: string; readonly privateKey: string; readonly roots: string };
}

/** What each CA between a workload and its root must be, the root included. */
const linkRules: readonly LinkRule[] = [
  authority.pathIsLongEnough,
  authority.allowsMutualTls,
  authority.understoodByAll,
  allowsMeshNames,
  isValidNow,
];

/** What roots are asked apart, since those of a bundle that no chain leads to must be it as well. */
const chainRules: readonly LinkRule[] = [
  authority.isAuthority,
  authority.maySignCertificates,
  authority.keyIsStrong,
  // A root's own signature proves nothing, and nobody looks at it.
  authority.signatureIsStrong,
  ...linkRules,
];

/**
 * All that is wrong with an intermediate CA: what istiod or Envoy would refuse, and what would end a mesh's calls later.
 * Nothing of the key is ever repeated. Pure.
 */
export function judgeIntermediate(given: GivenIntermediate, context: JudgeContext): readonly Problem[] {
  const { paths } = context;
  const chain = readCertificates(given.chainPem, paths.chain);
  const roots = readCertificates(given.rootsPem, paths.roots);
  const key = given.privateKeyPem === undefined ? undefined : readPrivateKey(given.privateKeyPem, paths.privateKey);
  return [
    ...chain.problems,
    ...(key?.problems ?? []),
    ...roots.problems,
    ...rootProblems(roots.value, paths.roots),
    // A chain with a hole would be judged for what it is not.
    ...(chain.problems.length === 0 ? judgeChain(chain.value, roots, key?.value, context) : []),
  ];
}

function judgeChain(
  given: readonly X509Certificate[],
  roots: Reading<readonly X509Certificate[]>,
  key: PrivateKey | undefined,
  context: JudgeContext,
): Problem[] {
  const { paths } = context;
  const ordered = inOrder(given) ?? given;
  const isRoot = (certificate: X509Certificate): boolean =>
    roots.value.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256);
  const chain = ordered.filter((certificate) => !isRoot(certificate));
  const [intermediate] = chain;
  if (intermediate === undefined)
    return [rootAsIntermediate(given, paths.chain), ...keyMismatch(given, roots.value, key, context)];

  const above = rootAbove(chain, roots.value);
  const links = chainLinks(chain, paths.chain);
  const top = above === undefined ? undefined : rootLink(above.root, paths.roots, above.below);
  const issuerOf = (index: number): Link | undefined => (index + 1 === above?.below ? top : links[index + 1]);
  return [
    ...(ordered.every((certificate, index) => certificate === given[index])
      ? []
      : [outOfOrder(given, ordered, paths.chain)]),
    ...brokenLinks(chain, paths.chain),
    ...sharedKeys(chain, paths.chain),
    ...(above === undefined && roots.problems.length === 0 ? [leadsNowhere(chain, roots.value, paths.chain)] : []),
    ...ofAnotherSite(intermediate, context),
    ...keyMismatch(chain, roots.value, key, context),
    ...links.flatMap((link, index) => [
      ...chainRules.flatMap((rule) => rule(link, context)),
      ...endsWithIssuer(link, issuerOf(index)),
    ]),
    ...(top === undefined ? [] : linkRules.flatMap((rule) => rule(top, context))),
  ];
}

function rootAsIntermediate([first]: readonly X509Certificate[], path: string): Problem {
  return {
    path,
    expected: "an intermediate CA below a root",
    found: first === undefined ? "nothing" : `a root itself, ${certificateName(first)}`,
    fix: "Sign an intermediate with it and give that: a root's key belongs into no cluster.",
  };
}

function outOfOrder(given: readonly X509Certificate[], ordered: readonly X509Certificate[], path: string): Problem {
  const numbers = ordered.map((certificate) => given.indexOf(certificate) + 1);
  return {
    path,
    expected: "the intermediate first, and after each certificate the one that signed it",
    found: `another order: right would be ${numbers.join(", ")}`,
    fix: "Bring them into this order.",
  };
}

function brokenLinks(chain: readonly X509Certificate[], path: string): Problem[] {
  return chain.slice(1).flatMap((issuer, index) => {
    const certificate = chain[index] as X509Certificate;
    if (isSignedBy(certificate, issuer)) return [];
    const why = namesIssuer(certificate, issuer)
      ? `its signature is not of the key of ${certificateName(issuer)}`
      : `the next one is ${certificateName(issuer)}, its issuer ${JSON.stringify(factsOf(certificate).issuer)}`;
    return [
      {
        path,
        expected: "after each certificate the one that signed it",
        found: `certificate ${index + 1} of the chain, ${certificateName(certificate)}: ${why}`,
        fix: "Give the certificate of its issuer, with the same key id, between the two, or take out what does not belong to it.",
      },
    ];
  });
}

/** BoringSSL does not try a second certificate of a key when the first leads nowhere. */
function sharedKeys(chain: readonly X509Certificate[], path: string): Problem[] {
  return chain.flatMap((certificate, index) => {
    const twin = chain.findIndex((other, at) => at > index && haveSameKey(certificate, other));
    if (twin < 0) return [];
    return [
      {
        path,
        expected: "one certificate a key",
        found: `certificates ${index + 1} and ${twin + 1} of the chain of the same key, ${certificateName(certificate)}`,
        fix: "Keep the one that leads to the root that workloads trust.",
      },
    ];
  });
}

function leadsNowhere(chain: readonly X509Certificate[], roots: readonly X509Certificate[], path: string): Problem {
  const last = chain.at(-1) as X509Certificate;
  const hasName = roots.some((root) => factsOf(root).subject === factsOf(last).issuer);
  return {
    path,
    expected: "a chain that leads to one of the mesh's roots",
    found: isSelfSigned(last)
      ? `one that ends at another root, ${certificateName(last)}`
      : hasName
        ? `one whose end, ${certificateName(last)}, a root of the same name but another key signed`
        : `one whose end, ${certificateName(last)}, none of them signed`,
    fix: "Give the certificates that are missing up to the root, or an intermediate that one of the mesh's roots signed.",
  };
}

function ofAnotherSite(intermediate: X509Certificate, { site, sites = [], paths }: JudgeContext): Problem[] {
  const { locality } = factsOf(intermediate);
  if (locality === undefined || locality === site || !sites.includes(locality)) return [];
  return [
    {
      path: paths.chain,
      expected: `the intermediate of ${site}`,
      found: `that of ${locality}, as its subject says: ${certificateName(intermediate)}`,
      fix: "Give each cluster its own: with a shared one, a key that is stolen in one cluster is stolen in both.",
    },
  ];
}

function keyMismatch(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  key: PrivateKey | undefined,
  { paths }: JudgeContext,
): Problem[] {
  if (key === undefined) return [];
  const own = createPublicKey(key.key);
  const of = chain.findIndex((certificate) => isOfKey(certificate, own));
  if (of === 0) return [];
  const isRoots = roots.some((root) => isOfKey(root, own));
  return [
    {
      path: paths.privateKey,
      expected: "the key of the intermediate's certificate",
      found: of > 0 ? `the key of certificate ${of + 1} of the chain` : isRoots ? "the key of a root" : "another key",
      fix: "Give the key for which the intermediate's certificate was signed.",
    },
  ];
}
