import type { ReachedClusters } from "../../preflight";
import { ConfigurationError, type Problem } from "../../topology";

/** Whether an update would begin at all, as it can be seen from where a preview runs. */
export interface Fitness {
  /** What an update would refuse, before it changed anything. */
  readonly refusals: readonly Problem[];
  /** What it would refuse of this user, who may not write. Somebody else may run it: a preview need only read. */
  readonly rights: readonly Problem[];
  /** Clusters that do not answer, and how that shows. */
  readonly unreachable: ReadonlyMap<string, Problem>;
  /** Clusters whose whole stacks an update would destroy, of which no preview tells. */
  readonly leaving: readonly string[];
  /** Clusters that are reached as before, by other credentials. */
  readonly renewed: readonly string[];
}

/** What is said where nobody looked. */
export const unexamined: Fitness = { refusals: [], rights: [], unreachable: new Map(), leaving: [], renewed: [] };

/** What an update would make of the clusters, by what its judge says of them. */
export async function fitnessFrom(
  judge: () => Promise<
    Pick<ReachedClusters, "problems" | "rights" | "unreachable"> & Partial<Pick<Fitness, "renewed">>
  >,
): Promise<Fitness> {
  try {
    const { problems, rights, unreachable, renewed = [] } = await judge();
    const refusals = problems.filter((problem) => !rights.includes(problem));
    return { ...unexamined, refusals, rights, unreachable, renewed };
  } catch (error) {
    if (error instanceof ConfigurationError) return { ...unexamined, refusals: error.problems };
    throw error;
  }
}
