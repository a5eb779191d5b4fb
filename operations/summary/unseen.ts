import { sitesOf, type MeshPlan } from "../../topology";
import type { UnseenCluster } from "./model";
import type { Preview } from "./read-preview";

/**
 * The clusters that did not answer. Pulumi's provider leaves what is in them as it is, whatever the program asks for, and
 * the engine counts that as no change: a preview is blind there.
 */
export function unseenIn(plan: MeshPlan, { diagnostics }: Pick<Preview, "diagnostics">): UnseenCluster[] {
  const silent = new Set(
    diagnostics.filter(({ message }) => saysUnreachable(message)).flatMap(({ subject }) => subject?.cluster ?? []),
  );
  return [...silent].sort().map((name) => {
    const path = sitesOf(plan).find((site) => site.name === name)?.path;
    const own = diagnostics.find(({ message }) => path !== undefined && message.startsWith(`${path}.access`));
    return { name, reason: own === undefined ? "its API server does not answer" : foundIn(own.message) };
  });
}

/** Pulumi's provider: `Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...` */
export function saysUnreachable(message: string): boolean {
  return /cluster is unreachable/i.test(message);
}

/** What was found, of a problem in a line: `…: expected X, found Y. What to do.` */
function foundIn(message: string): string {
  return /, found (.+?)\. [A-Z]/.exec(message)?.[1] ?? message;
}
