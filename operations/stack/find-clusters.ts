import type { ClusterAccess } from "../../access";
import { ConfigurationError, sitesOf, type Problem } from "../../topology";
import { connect, KubernetesError } from "../kubernetes";
import { resolveClusters } from "./kubeconfig-sources";
import type { StackOptions } from "./workspace";

/** Variable by which the Kubernetes provider forgets what it cannot reach; it is the user's word for a cluster that is gone. */
const giveUpVariable = "PULUMI_K8S_DELETE_UNREACHABLE";

/** Whether the user gives up clusters that do not answer. */
export function givesUpUnreachable({ variables = process.env }: Pick<StackOptions, "variables">): boolean {
  return variables[giveUpVariable] === "true";
}

/**
 * Makes sure that every cluster answers: enough for what only removes. Whether a cluster may be skipped by an update does
 * not matter here: what would be left in it nobody would remove later.
 * @returns The clusters that answer: all of them, unless the user gives up those that do not.
 * @throws ConfigurationError with what is wrong with all clusters; nothing is removed then.
 */
export async function findClusters(options: StackOptions): Promise<ReadonlyMap<string, ClusterAccess>> {
  const { plan, onProgress = () => undefined } = options;
  const { clusters, problems } = await resolveClusters(options);
  const silent = new Map<string, Problem>();
  await Promise.all(
    sitesOf(plan).map(async ({ name, access: { path } }) => {
      const access = clusters.get(name);
      const found = access === undefined ? undefined : await silence(access);
      if (access === undefined || found === undefined) return;
      silent.set(name, {
        path,
        expected: `an answer from ${access.server}, to remove the mesh there`,
        found,
        fix: `Make it answer and run it again. For a cluster that is gone for good, set ${giveUpVariable}=true: what was in it is forgotten then.`,
      });
    }),
  );
  const all = [...problems, ...silent.values()];
  if (all.length > 0 && !givesUpUnreachable(options)) throw new ConfigurationError(all);
  for (const problem of all) onProgress(`warning: given up: ${problem.path}: ${problem.found}`);
  return new Map([...clusters].filter(([name]) => !silent.has(name)));
}

/** What came instead of an answer; undefined when the API server answers. */
async function silence({ name, kubeconfig }: ClusterAccess): Promise<string | undefined> {
  try {
    await (await connect(name, kubeconfig)).get("/version");
    return undefined;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return error.reason;
  }
}
