import type { ClusterAccess } from "../cluster-access";
import { asText } from "../mapping";
import { isFailure, type Kubeconfig } from "./kubeconfig";
import { readKubeconfig, type Environment } from "./kubeconfig-file";
import { resolveCluster } from "./resolve";

/** An API server that is looked for in kubeconfig files. */
export interface WantedServer {
  /** The cluster's name in the mesh. */
  readonly name: string;
  /** URL of its API server. */
  readonly server: string;
}

/** A context that leads to it. */
export interface ContextOfServer {
  readonly access: ClusterAccess;
  /** The context, and the file that it is in, as a reader knows it. */
  readonly context: string;
  readonly source: string;
}

/**
 * All contexts of kubeconfig files that lead to an API server. Files that cannot be read, and contexts that cannot be used,
 * are passed over: nobody has named them. Asks no cluster.
 * @param files As the configuration names them; undefined for those that kubectl takes.
 */
export async function contextsOfServer(
  wanted: WantedServer,
  files: readonly (string | undefined)[],
  projectDirectory: string,
  environment: Environment,
): Promise<ContextOfServer[]> {
  const found = await Promise.all(
    [...new Set(files)].map(async (file): Promise<ContextOfServer[]> => {
      const kubeconfig = await readKubeconfig(file, projectDirectory, environment);
      return isFailure(kubeconfig) ? [] : contextsIn(kubeconfig, wanted);
    }),
  );
  return found.flat();
}

async function contextsIn(kubeconfig: Kubeconfig, { name, server }: WantedServer): Promise<ContextOfServer[]> {
  const found: ContextOfServer[] = [];
  for (const [context, { content }] of kubeconfig.contexts) {
    const cluster = kubeconfig.clusters.get(asText(content["cluster"]) ?? "");
    if (canonical(asText(cluster?.content["server"])) !== canonical(server)) continue;
    const where = { path: context, contextPath: context, source: "file" } as const;
    const access = await resolveCluster({ name, context, ...where }, kubeconfig);
    if (!("server" in access)) continue;
    found.push({ access: { ...access, forOthers: { server } }, context, source: kubeconfig.source });
  }
  return found;
}

function canonical(server: string | undefined): string | undefined {
  return server !== undefined && URL.canParse(server) ? new URL(server).href : undefined;
}
