import type { ClusterAccess, KubeconfigSources } from "../../access";
import {
  findTrust,
  followingProblems,
  rootChangeProblems,
  sightCluster,
  standingRevocationFindings,
  type ClusterSighting,
} from "../../preflight";
import { parseLastOutputs } from "../../stacks";
import { mayChangeRoots, sitesOf, trustPart, type Problem } from "../../topology";
import { limited } from "../limited";
import { defaultParallel, type PartsOptions } from "./options";
import { readPartsKnowledge } from "./parts-knowledge";
import type { PartStack } from "./states";

/** What a change of the roots is judged by, beside the parts that are due. */
export interface OtherRoots {
  readonly options: PartsOptions;
  readonly stacks: ReadonlyMap<string, PartStack>;
  /** Parts whose clusters are looked at anyway. */
  readonly due: readonly string[];
  readonly access: ReadonlyMap<string, ClusterAccess>;
  readonly sources: KubeconfigSources;
}

/**
 * What keeps the roots from being changed in the clusters that are not due: they are once the trust has been updated, and
 * trust until then what they did. They are asked only where roots may become others. Of revocation lists all are asked: no
 * part sees the CAs of the others.
 */
export async function judgeOtherRoots({ options, stacks, due, access, sources }: OtherRoots): Promise<Problem[]> {
  const { parallel = defaultParallel, plan, projectDirectory, variables } = options;
  if (!mayChangeRoots(plan) && !isCutBack(stacks) && plan.trust.revocations === undefined) return [];
  const others = sitesOf(plan)
    .map(({ name }) => name)
    .filter((name) => !due.includes(name) && stacks.has(name));
  const sightings = await limited(parallel, others, async (name): Promise<[string, ClusterSighting][]> => {
    const reached = access.get(name);
    const sighting = reached === undefined ? undefined : await sightCluster(reached, variables, "look");
    return sighting === undefined ? [] : [[name, sighting]];
  });
  const { material, problems } = await findTrust(plan, projectDirectory, sources);
  const knowledge = await readPartsKnowledge(options, stacks, others);
  const change = { plan, material, sightings: new Map(sightings.flat()), knowledge };
  // Between a cluster that is due and one that is not calls go as well.
  const ofAll = async () => ({ ...change, knowledge: await readPartsKnowledge(options, stacks, [...others, ...due]) });
  const changes = await rootChangeProblems(change, async () => followingProblems(await ofAll(), access, variables));
  if (plan.trust.revocations === undefined) return [...problems, ...changes];
  const lists = await standingRevocationFindings(await ofAll(), access, variables);
  return [...problems, ...changes, ...lists.problems];
}

/** Whether the stack of the trust has made more than one root until now. */
function isCutBack(stacks: ReadonlyMap<string, PartStack>): boolean {
  return (parseLastOutputs(stacks.get(trustPart)?.outputs).mesh.roots?.length ?? 0) > 1;
}
