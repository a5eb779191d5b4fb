import { accessByKubeconfig, type ClusterAccess } from "../../access";
import { judgeRemoval, knownAs, sightCluster, type StackKnowledge } from "../../preflight";
import { revealed, type ExportedState } from "../../engine/state";
import { kubeconfigInputOf, recordsCreations } from "../../stacks/recovery";
import { ConfigurationError, sitesOf, type Problem } from "../../topology";
import { clustersIn } from "./cluster-state";
import { lockedOut, refusalOf, renewInState, wayToday } from "./renewed-credentials";
import type { StackMemory } from "./stack-knowledge";
import type { StackOptions } from "./stack-options";

/** In which of some clusters something may be removed. */
export interface Removable {
  /** Names of others than those that the stack knows, of which it has nothing: they are left alone. */
  readonly leftAlone: readonly string[];
  readonly problems: readonly Problem[];
}

/** A cluster as its place says it. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly replaces?: string | undefined;
  readonly access: ClusterAccess;
}

/** Looks whether clusters are those that the stack knows; one that does not answer is passed over. */
export async function removable(
  places: readonly Place[],
  knowledge: StackKnowledge,
  environment: NodeJS.ProcessEnv | undefined,
): Promise<Removable> {
  const verdicts = await Promise.all(
    places.map(async ({ name, path, replaces, access }) => {
      const sighting = await sightCluster(access, environment);
      const known = knownAs(knowledge, { name, replaces });
      const verdict = sighting && judgeRemoval({ name, path, sighting, known, roots: knowledge.roots });
      return [name, verdict] as const;
    }),
  );
  return {
    leftAlone: verdicts.flatMap(([name, verdict]) => (verdict === "left-alone" ? [name] : [])),
    problems: verdicts.flatMap(([, verdict]) => (typeof verdict === "object" ? [verdict] : [])),
  };
}

/**
 * Makes sure that clusters which the configuration no longer has are those that the stack knows, and let us in, before it
 * removes what it made there. They are reached as the last update reached them; where credentials were renewed since, the
 * stack's state is given those of a context that the user has for the same cluster.
 * @throws ConfigurationError
 */
export async function ensureRemovable(options: StackOptions, { state, knowledge }: StackMemory): Promise<void> {
  const { plan, stack, variables, onProgress = () => undefined } = options;
  const kept = new Set(sitesOf(plan).flatMap((site) => [site.name, ...("replaces" in site ? [site.replaces] : [])]));
  const gone = clustersIn(state).filter((name) => !kept.has(name));
  const places = await Promise.all(
    gone.map(async (name): Promise<Place[]> => {
      const access = await accessIn(state, name);
      return access === undefined ? [] : [{ name, path: `stack ${stack}: cluster ${name}`, access }];
    }),
  );
  const { problems } = await removable(places.flat(), knowledge, variables);
  const locked: Problem[] = [];
  const renewed = new Map<string, string>();
  for (const place of places.flat()) {
    const cluster = { ...place, known: knowledge.clusters.get(place.name) };
    const refusal = await refusalOf(cluster, variables);
    if (refusal === undefined) continue;
    // Pulumi drops what an update had begun when it imports a state.
    const way = recordsCreations(state) ? undefined : await wayToday(cluster, options);
    if (way === undefined) locked.push(lockedOut(cluster, refusal));
    else {
      renewed.set(place.name, way.access.kubeconfig);
      onProgress(
        `cluster ${place.name} no longer accepts the credentials of the last update: those of context ${way.context} in ${way.source} are taken`,
      );
    }
  }
  if (problems.length + locked.length > 0) throw new ConfigurationError([...problems, ...locked]);
  if (renewed.size > 0) await renewInState(options, renewed);
}

/** How the last update reached a cluster. */
async function accessIn(state: ExportedState, cluster: string): Promise<ClusterAccess | undefined> {
  try {
    return await accessByKubeconfig({ name: cluster, kubeconfig: revealed(kubeconfigInputOf(state, cluster)) });
  } catch (error) {
    // A file that it names is gone, for one: then the provider, which has nothing else, removes nothing either.
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}
