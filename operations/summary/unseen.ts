import { sitesOf, type MeshPlan } from "../../topology";
import { saysUnreachable } from "../events";
import type { Fitness } from "../stack";
import type { UnseenCluster } from "./model";
import type { Preview } from "./read-preview";

/**
 * The clusters that could not be looked at. Pulumi's provider leaves what is in them as it is, whatever the program asks
 * for, and the engine counts that as no change: a preview is blind there.
 */
export function unseenIn(
  plan: MeshPlan,
  { diagnostics }: Pick<Preview, "diagnostics">,
  { refusals, unreachable }: Pick<Fitness, "refusals" | "unreachable">,
): UnseenCluster[] {
  const silent = diagnostics
    .filter(({ message }) => saysUnreachable(message))
    .flatMap(({ subject }) => subject?.cluster ?? []);
  return [...new Set([...silent, ...unreachable.keys()])].sort().map((name) => {
    const path = sitesOf(plan).find((site) => site.name === name)?.access.path;
    const own = unreachable.get(name) ?? refusals.find((problem) => problem.path === path);
    if (own === undefined) return { name, reason: "Pulumi's provider cannot ask it" };
    return { name, reason: `${own.found}, instead of ${own.expected}. ${own.fix}` };
  });
}
