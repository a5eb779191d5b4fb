import { admissionTrouble, ConnectionError, type ClusterAccess } from "../../access";
import type { StackKnowledge } from "../../preflight";
import { ConfigurationError, sitesOf, type ClusterPlan, type Problem, type SitePlan } from "../../topology";
import { removable } from "./removal";
import { resolveClusters } from "./kubeconfig-sources";
import type { StackOptions } from "./stack-options";

/** Variable by which the Kubernetes provider forgets what it cannot reach; it is the user's word for a cluster that is gone. */
const giveUpVariable = "PULUMI_K8S_DELETE_UNREACHABLE";

/** Whether the user gives up clusters that do not answer. */
export function givesUpUnreachable({ variables = process.env }: Pick<StackOptions, "variables">): boolean {
  return variables[giveUpVariable] === "true";
}

/**
 * Makes sure that every cluster answers: enough for what only removes. Whether a cluster may be skipped by an update does
 * not matter here: what would be left in it nobody would remove later.
 * @param knowledge What the stack knows of its clusters: in others nothing is removed.
 * @returns The clusters that answer: all of them, unless the user gives up those that do not. Others of which the stack has
 *   nothing are left out: in them nothing is to be touched.
 * @throws ConfigurationError with what is wrong with all clusters; nothing is removed then.
 */
export async function findClusters(
  options: StackOptions,
  knowledge: StackKnowledge,
): Promise<ReadonlyMap<string, ClusterAccess>> {
  const { plan, onProgress = () => undefined } = options;
  const { clusters, problems } = await resolveClusters(options);
  const silent = new Map<string, Problem>();
  const alive: Problem[] = [];
  await Promise.all(
    sitesOf(plan).map(async ({ name, access: { path } }) => {
      const access = clusters.get(name);
      const found = access === undefined ? undefined : await admissionTrouble(access, options.variables);
      if (access === undefined || found === undefined) return;
      const { expected, found: instead, fix } = found.trouble ?? answerFrom(access, found.reason);
      const problem = { path, expected: `${expected}, to remove the mesh there`, found: instead };
      // Only one that does not answer can be gone: another lives, and what would be forgotten would go on in it.
      if (found.cause instanceof ConnectionError) {
        const wayOut = `For a cluster that is gone for good, set ${giveUpVariable}=true: what was in it is forgotten then.`;
        silent.set(name, { ...problem, fix: `${fix} Then run it again. ${wayOut}` });
      } else {
        alive.push({ ...problem, fix: `${fix} Then run it again.` });
      }
    }),
  );
  const givenUp = [...problems, ...silent.values()];
  const isGivenUp = givesUpUnreachable(options) && alive.length === 0;
  if (givenUp.length + alive.length > 0 && !isGivenUp) throw new ConfigurationError([...givenUp, ...alive]);
  for (const problem of givenUp)
    onProgress(`warning: given up: ${problem.path}: expected ${problem.expected}, found ${problem.found}`);
  const answering = sitesOf(plan).flatMap((site: SitePlan & Partial<Pick<ClusterPlan, "replaces">>) => {
    const { name, replaces, access: where } = site;
    const access = silent.has(name) ? undefined : clusters.get(name);
    return access === undefined ? [] : [{ name, path: where.path, replaces, access }];
  });
  const others = await removable(answering, knowledge, options.variables);
  if (others.problems.length > 0) throw new ConfigurationError(others.problems);
  for (const name of others.leftAlone) {
    onProgress(`warning: ${name} is another cluster than the one that the stack knew: nothing is removed from it`);
  }
  return new Map(
    answering.filter(({ name }) => !others.leftAlone.includes(name)).map(({ name, access }) => [name, access]),
  );
}

function answerFrom({ server }: ClusterAccess, found: string): Omit<Problem, "path"> {
  return { expected: `an answer from ${server}`, found, fix: "Make it answer." };
}
