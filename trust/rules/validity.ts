import type { Problem } from "../../topology";
import { instant } from "../showing";
import type { Link, LinkRule } from "./link";

export const isValidNow: LinkRule = ({ facts, path, name }, { now }) => {
  if (now > facts.notAfter) {
    return [
      {
        path,
        expected: `certificates that are valid now, ${instant(now)}`,
        found: `${name}, which ended ${instant(facts.notAfter)}`,
        fix: "Have it signed anew.",
      },
    ];
  }
  if (now < facts.notBefore) {
    return [
      {
        path,
        expected: `certificates that are valid now, ${instant(now)}`,
        found: `${name}, which begins ${instant(facts.notBefore)}`,
        fix: "Wait until then, have it signed from now on, or set the clock right.",
      },
    ];
  }
  return [];
};

/** A certificate's end is the end of all below it: one that outlives its issuer promises what it cannot hold. */
export function endsWithIssuer(link: Link, issuer: Link | undefined): readonly Problem[] {
  if (issuer === undefined || link.facts.notAfter <= issuer.facts.notAfter) return [];
  return [
    {
      path: link.path,
      expected: `an end no later than its issuer's, ${instant(issuer.facts.notAfter)}`,
      found: `${link.name}, which ends ${instant(link.facts.notAfter)}`,
      fix: "Have it signed for a shorter time, or renew its issuer first.",
    },
  ];
}
