import type { X509Certificate } from "node:crypto";
import type { Problem } from "../topology";
import { certificateName, fingerprintsOf, isSelfSigned, isSignedBy } from "./certificate";
import { certificatesIn, readCertificates } from "./readings";
import { isAuthority, keyIsStrong, maySignCertificates } from "./rules/authority";
import { rootLink, type RuleContext } from "./rules/link";
import { isValidNow } from "./rules/validity";

/** What is wrong with a bundle of roots, all at once. @param path Where it stands in the configuration. */
export function bundleProblems(rootsPem: string, { now, path }: RuleContext & { readonly path: string }): Problem[] {
  const { value: roots, problems } = readCertificates(rootsPem, path);
  const endings = roots.map((root) => isValidNow(rootLink(root, path, 0), { now }));
  return [
    ...problems,
    ...rootProblems(roots, path),
    // One that is past, or not yet valid, does no harm beside one that is valid.
    ...(endings.every((ending) => ending.length > 0) ? endings.flat() : []),
  ];
}

/** What is wrong with roots whatever the time, and whatever chain leads to them. */
export function rootProblems(roots: readonly X509Certificate[], path: string): Problem[] {
  return roots.flatMap((root) => {
    const link = rootLink(root, path, 0);
    return [
      ...(isSelfSigned(root) ? [] : [notSelfSigned(root, path)]),
      ...[isAuthority, maySignCertificates, keyIsStrong].flatMap((rule) => rule(link, { now: new Date(0) })),
    ];
  });
}

/**
 * The root that a chain leads to: of several that of its last certificate, which may itself be a root; nothing when it
 * leads to none.
 * @param chain The intermediate first.
 */
export function rootOf(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): X509Certificate | undefined {
  return rootAbove(chain, roots)?.root;
}

/** The root that a chain leads to, and how many of its certificates are on the way there. */
export function rootAbove(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): { readonly root: X509Certificate; readonly below: number } | undefined {
  for (const [index, certificate] of [...chain.entries()].reverse()) {
    const itself = roots.find(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256);
    if (itself !== undefined) return { root: itself, below: index };
    const root = roots.find((candidate) => isSignedBy(certificate, candidate));
    if (root !== undefined) return { root, below: index + 1 };
  }
  return undefined;
}

/** Whether two bundles hold the same roots, whatever their order and the text between them. */
export function sameRoots(onePem: string, otherPem: string): boolean {
  const [one, other] = [onePem, otherPem].map((pem) => fingerprintsOf(certificatesIn(pem)).join());
  return one === other;
}

function notSelfSigned(root: X509Certificate, path: string): Problem {
  return {
    path,
    expected: "roots, each signed with its own key",
    found: `${certificateName(root)}, which another CA signed`,
    fix: "Put it into the chain instead, and the root that it leads to here.",
  };
}
