import type { X509Certificate } from "node:crypto";
import { isSignedBy } from "./certificate";

/**
 * Certificates so that each is followed by its issuer; nothing when they are no such chain, in whatever order.
 * What stands first is kept there when it can be.
 */
export function inOrder(certificates: readonly X509Certificate[]): X509Certificate[] | undefined {
  const issuesNone = certificates.filter(
    (certificate) => !certificates.some((other) => other !== certificate && isSignedBy(other, certificate)),
  );
  for (const first of issuesNone) {
    const chain = [first];
    for (;;) {
      const last = chain.at(-1) as X509Certificate;
      const issuer = certificates.find((other) => !chain.includes(other) && isSignedBy(last, other));
      if (issuer === undefined) break;
      chain.push(issuer);
    }
    if (chain.length === certificates.length) return chain;
  }
  return undefined;
}
