import { isOwned } from "../../../../topology";
import type { Findings } from "../../findings";
import type { StandingFacts } from "../facts";

/** What follows from what is in a cluster already. Pure. */
export type StandingRule = (facts: StandingFacts) => Partial<Findings>;

/** Whose the system namespace is. */
export function systemOwner({ system }: Pick<StandingFacts, "system">): "absent" | "unread" | "ours" | "foreign" {
  if (typeof system !== "object") return system;
  return isOwned(system.metadata.labels) ? "ours" : "foreign";
}
