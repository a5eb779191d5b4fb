import type { X509Certificate } from "node:crypto";
import type { Problem } from "../topology";
import { inOrder } from "./chain-order";
import type { GivenIntermediate, JudgeContext } from "./judge";
import { certificatesIn } from "./readings";
import { rootAbove } from "./roots";
import { chainLinks, rootLink, type Link } from "./rules/link";
import { isValidNow } from "./rules/validity";

/**
 * What is no mistake in an intermediate CA, but will be missed: for warnings. What {@link judgeIntermediate} refuses is
 * passed over. Pure.
 */
export function weaknesses(given: GivenIntermediate, { now, paths }: JudgeContext): Problem[] {
  const roots = certificatesIn(given.rootsPem);
  const certificates = certificatesIn(given.chainPem);
  const isRoot = ({ fingerprint256 }: X509Certificate): boolean =>
    roots.some((root) => root.fingerprint256 === fingerprint256);
  const chain = (inOrder(certificates) ?? certificates).filter((certificate) => !isRoot(certificate));
  const above = rootAbove(chain, roots);
  const links = [
    ...chainLinks(chain, paths.chain),
    ...(above === undefined ? [] : [rootLink(above.root, paths.roots, above.below)]),
  ];
  const idle = roots.filter((other) => other !== above?.root).map((other) => rootLink(other, paths.roots, 0));
  return [
    ...links.flatMap((link) => [...cannotRevoke(link), ...hasNoKeyId(link)]),
    ...idle.flatMap((link) => isValidNow(link, { now })),
  ];
}

function cannotRevoke({ facts, name, path }: Link): Problem[] {
  if (facts.keyUsages?.includes("cRLSign") !== false) return [];
  return [
    {
      path,
      expected: "key usages with cRLSign",
      found: `${name}, without it`,
      fix: "Have it signed with cRLSign next time: without it no revocation list of its own is taken.",
    },
  ];
}

function hasNoKeyId({ facts, name, path }: Link): Problem[] {
  if (facts.subjectKeyId !== undefined) return [];
  return [
    {
      path,
      expected: "a subject key id",
      found: `${name}, without one`,
      fix: "Have it signed with one next time: two CAs of the same name can only be told apart by it.",
    },
  ];
}
