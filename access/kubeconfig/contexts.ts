import { resolveForOthers } from "./for-others";
import { isFailure } from "./kubeconfig";
import { readKubeconfig, type Environment } from "./kubeconfig-file";
import { resolveCluster, type ResolvedAccess } from "./resolve";

/**
 * Finds contexts of the user's kubeconfig, as kubectl does: by `KUBECONFIG`, else `~/.kube/config`. Each is called by the name
 * of its context. Asks no cluster.
 * @param option What named them, for problems with them: `--contexts`.
 * @param environment Where `KUBECONFIG` and `HOME` are looked up. Default: the process's.
 */
export async function resolveContexts(
  contexts: readonly string[],
  option: string,
  environment: Environment = process.env,
): Promise<ResolvedAccess> {
  const resolved: ResolvedAccess = { clusters: new Map(), problems: [], unresolved: new Map() };
  const directory = process.cwd();
  const kubeconfig = await readKubeconfig(undefined, directory, environment);
  if (isFailure(kubeconfig)) return { ...resolved, problems: [{ path: option, ...kubeconfig }] };
  for (const name of new Set(contexts)) {
    const wanted = { name, context: name, path: option, contextPath: option, source: "file" } as const;
    const own = await resolveCluster(wanted, kubeconfig);
    if (!("server" in own)) {
      resolved.problems.push(...own.problems);
      continue;
    }
    const forOthers = await resolveForOthers(own, {}, directory, option);
    if ("server" in forOthers) resolved.clusters.set(name, { ...own, forOthers });
    else resolved.problems.push(forOthers);
  }
  return resolved;
}
