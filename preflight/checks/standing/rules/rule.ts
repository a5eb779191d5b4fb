import { releaseNames, systemNamespace, systemNamespaceOrigin } from "../../../../topology";
import type { Findings } from "../../findings";
import type { StandingFacts } from "../facts";

/** What follows from what is in a cluster already. Pure. */
export type StandingRule = (facts: StandingFacts) => Partial<Findings>;

/**
 * Whose the system namespace is: `ours` where a mesh of ours stands in it, whoever made it; `prepared` where somebody else
 * has made it and no Istio is in it, so that it can be taken as it is; `foreign` where one is, or may be.
 */
export function systemOwner(facts: StandingFacts): "absent" | "unread" | "ours" | "prepared" | "foreign" {
  const { istiods, system } = facts;
  if (typeof system !== "object") return system;
  if (systemNamespaceOrigin(system.metadata) !== "foreign") return "ours";
  const mayHaveIstio = istiods === undefined || istiodIn(facts) !== undefined || releasesIn(facts).length > 0;
  return mayHaveIstio ? "foreign" : "prepared";
}

/** The control plane that runs in the system namespace. */
export function istiodIn({ istiods = [] }: StandingFacts): string | undefined {
  return istiods.find(({ namespace }) => namespace === systemNamespace)?.name;
}

/** Helm releases there of the names that ours have. */
export function releasesIn({ releases = [] }: StandingFacts): string[] {
  return releases.map(({ name }) => name).filter((name) => releaseNames.includes(name));
}
