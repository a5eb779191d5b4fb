import { resolveAccess } from "../access";
import type { MeshPlan } from "../topology";
import { programSources } from "./kubeconfig-sources";
import { lastFailureSinceMs, ownState } from "./own-state";
import { formerNames, recoverFromKill } from "./recovery";
import { giveCredentials, type RepeatedOutputs } from "./second-look";

/**
 * What the program does before its stack is destroyed: it clears away what an update that was killed had begun, of which the
 * state knows nothing, and gives the providers today's credentials; those in the state may have been renewed since. What
 * the state has is deleted then, without the program.
 * @param plan The mesh, or the part of it that is in this stack.
 * @returns What the last update said.
 */
export async function takedown(plan: MeshPlan, projectDirectory: string): Promise<RepeatedOutputs> {
  const [{ clusters: found }, state] = await Promise.all([
    resolveAccess(plan, projectDirectory, programSources),
    ownState("shown"),
  ]);
  // Whether they answer the command line has asked; one that was given up is found silent here.
  const clusters = new Map(
    [...found].map(([name, access]) => [name, { ...access, isReachable: true, existingNamespaces: [] }]),
  );
  await recoverFromKill({
    mesh: plan.id,
    state,
    lastFailureSinceMs,
    revealedState: () => Promise.resolve(state),
    clusters,
    renamed: formerNames(plan),
    before: "destroy",
    silence: "possible",
  });
  return giveCredentials(plan, clusters, state);
}
