import { resolveAccess } from "../access";
import { sitesOf, type MeshPlan } from "../topology";
import { programSources } from "./kubeconfig-sources";
import { lastOutputs } from "./last-outputs";
import { lastFailureSinceMs, ownState } from "./own-state";
import { formerNames, recoverFromKill } from "./recovery";
import { siteAccess } from "./site-access";

/** By this variable the command line tells the program what it runs for, where that is no update. */
export const operationVariable = "ISTHMUS_OPERATION";

/** Its only value: the program runs for `pulumi destroy --run-program`. */
export const destroyOperation = "destroy";

/**
 * What the program does when its stack is destroyed: it clears away what an update that was killed had begun, of which the
 * state knows nothing, and gives the providers today's credentials; those in the state may have been renewed since. All
 * else that the state has is deleted.
 * @param plan The mesh, or the part of it that is in this stack.
 */
export async function takedown(plan: MeshPlan, projectDirectory: string): Promise<void> {
  const [{ clusters: found }, state, last] = await Promise.all([
    resolveAccess(plan, projectDirectory, programSources),
    ownState(),
    lastOutputs(),
  ]);
  // Whether they answer the command line has asked; one that was given up is found silent here.
  const clusters = new Map(
    [...found].map(([name, access]) => [name, { ...access, isReachable: true, existingNamespaces: [] }]),
  );
  await recoverFromKill({
    mesh: plan.id,
    state,
    lastFailureSinceMs,
    revealedState: () => ownState("shown"),
    clusters,
    renamed: formerNames(plan),
    before: "destroy",
    silence: "possible",
  });
  for (const site of sitesOf(plan)) {
    const access = clusters.get(site.name);
    if (access !== undefined) siteAccess(site, access, last);
  }
}
