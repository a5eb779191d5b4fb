import {
  ConfigurationError,
  configurationPath,
  listed,
  nearest,
  sitesOf,
  type AccessPlan,
  type ClusterPlan,
  type MeshPlan,
  type OutputAccess,
  type Problem,
} from "../../topology";
import type { ClusterAccess } from "../cluster-access";
import { asText } from "../mapping";
import { clusterProblem } from "./cluster-problem";
import { equalNames } from "./equal-names";
import { resolveForOthers } from "./for-others";
import { isFailure, type Kubeconfig, type KubeconfigFailure } from "./kubeconfig";
import { readKubeconfig, type Environment } from "./kubeconfig-file";
import { selfContained, type OwnAccess } from "./self-contained";
import { kubeconfigInOutput, kubeconfigInSecret, type KubeconfigSources, type SourceFailure } from "./sources";
import { userProblem } from "./user-problem";

/** The clusters that can be addressed, and why the others cannot. */
export interface ResolvedAccess {
  readonly clusters: Map<string, ClusterAccess>;
  /** What is wrong, each mistake once, however many clusters it is about. */
  readonly problems: Problem[];
  /** What is wrong with each cluster that cannot be addressed, by its name: the first of several problems. */
  readonly unresolved: ReadonlyMap<string, Problem>;
}

/**
 * Finds every cluster's context and makes a kubeconfig of its own from it. Reads files and the sources, asks no cluster.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @param sources Where kubeconfigs come from that stand in no file.
 * @param environment Where `KUBECONFIG` and `HOME` are looked up. Default: the process's.
 * @throws ConfigurationError when the stack's own configuration cannot be read.
 */
export async function resolveAccess(
  plan: MeshPlan,
  projectDirectory: string,
  sources: KubeconfigSources,
  environment: Environment = process.env,
): Promise<ResolvedAccess> {
  const clusters = new Map<string, ClusterAccess>();
  const problems: Problem[] = [];
  const unresolved = new Map<string, Problem>();
  const kubeconfigs = new Kubeconfigs(projectDirectory, sources, environment);
  const reported = new Set<string>();
  for (const cluster of sitesOf(plan)) {
    const kubeconfig = await kubeconfigs.of(cluster.access);
    if (isFailure(kubeconfig)) {
      const problem = { ...kubeconfig, path: kubeconfig.path ?? cluster.access.path };
      unresolved.set(cluster.name, problem);
      // One file, or stack, that several clusters need is one problem.
      const id = JSON.stringify({ ...problem, path: kubeconfig.path === undefined ? problem.path : "" });
      if (!reported.has(id)) problems.push(problem);
      reported.add(id);
      continue;
    }
    const contextPath = `${cluster.path}.access.context`;
    const resolved = await resolveCluster({ name: cluster.name, ...cluster.access, contextPath }, kubeconfig);
    if (!("server" in resolved)) {
      problems.push(...resolved.problems);
      const [first] = resolved.problems;
      if (first !== undefined) unresolved.set(cluster.name, first);
      continue;
    }
    const apiServer = "apiServer" in cluster ? (cluster as ClusterPlan).apiServer : {};
    const forOthers = await resolveForOthers(resolved, apiServer, projectDirectory, cluster.path);
    if ("server" in forOthers) clusters.set(cluster.name, { ...resolved, forOthers });
    else {
      problems.push(forOthers);
      unresolved.set(cluster.name, forOthers);
    }
  }
  return { clusters, problems, unresolved };
}

/** Reads each file, and the outputs of each stack, once. */
class Kubeconfigs {
  private readonly files = new Map<string, Promise<Kubeconfig | KubeconfigFailure>>();
  private readonly outputs = new Map<string, ReturnType<KubeconfigSources["outputs"]>>();
  private readonly sources: KubeconfigSources;

  constructor(
    private readonly projectDirectory: string,
    sources: KubeconfigSources,
    private readonly environment: Environment,
  ) {
    this.sources = { ...sources, outputs: (stack) => remembered(this.outputs, stack, () => sources.outputs(stack)) };
  }

  async of(access: AccessPlan): Promise<Kubeconfig | SourceFailure> {
    if (access.source === "secret") return kubeconfigInSecret(access, this.sources, this.projectDirectory);
    if (access.source === "output") return this.#inOutput(access);
    const { kubeconfig, kubeconfigPath = configurationPath("kubeconfig") } = access;
    const file = await remembered(this.files, kubeconfig ?? "", () =>
      readKubeconfig(kubeconfig, this.projectDirectory, this.environment),
    );
    return isFailure(file) ? { ...file, path: kubeconfigPath } : file;
  }

  /** Outputs that cannot be read are the trouble of those clusters alone that need them. */
  async #inOutput(access: OutputAccess): Promise<Kubeconfig | SourceFailure> {
    try {
      return await kubeconfigInOutput(access, this.sources, this.projectDirectory);
    } catch (error) {
      const problem = error instanceof ConfigurationError ? error.problems[0] : undefined;
      if (problem === undefined) throw error;
      return problem;
    }
  }
}

function remembered<Value>(known: Map<string, Value>, key: string, find: () => Value): Value {
  const value = known.get(key) ?? find();
  known.set(key, value);
  return value;
}

/** A cluster that is looked for in a kubeconfig. */
export interface WantedCluster {
  /** Its name in the mesh. */
  readonly name: string;
  /** Default: the current context. */
  readonly context?: string;
  /** Where it is said how the cluster is reached, and where the context is named or could be, for problems with them. */
  readonly path: string;
  readonly contextPath: string;
  /** Whether the kubeconfig is a file, or what else. */
  readonly source: "file" | "secret" | "output";
}

/** Finds a cluster in a kubeconfig, and makes one of its own from it; or says what is wrong with it. */
export async function resolveCluster(
  wanted: WantedCluster,
  file: Kubeconfig,
): Promise<OwnAccess | { problems: Problem[] }> {
  const { path } = wanted;
  const refuse = (expected: string, found: string, fix: string): { problems: Problem[] } => ({
    problems: [{ path, expected, found, fix }],
  });
  const name = wanted.context ?? file.currentContext;
  if (name === undefined) {
    return refuse(
      "a kubeconfig that says its current context",
      `${file.source}, which does not`,
      `Name the context as ${wanted.contextPath}. ${contextsOf(file)}`,
    );
  }
  const context = file.contexts.get(name);
  if (context === undefined) return { problems: [missingContext(wanted, name, file)] };

  const clusterName = asText(context.content["cluster"]);
  const cluster = clusterName === undefined ? undefined : file.clusters.get(clusterName);
  if (clusterName === undefined || cluster === undefined) {
    const found =
      clusterName === undefined ? "one without a cluster" : `the cluster ${quote(clusterName)}, which is not there`;
    return refuse(
      `a context whose cluster is in ${file.source}`,
      found,
      `Mend the context ${quote(name)}, or name another.`,
    );
  }
  const userName = asText(context.content["user"]);
  const user = userName === undefined ? undefined : file.users.get(userName);
  if (userName === undefined || user === undefined) {
    const found = userName === undefined ? "one without a user" : `the user ${quote(userName)}, who is not there`;
    return refuse(
      `a context whose user is in ${file.source}`,
      found,
      `Mend the context ${quote(name)}, or name another.`,
    );
  }

  const refused =
    equalNames(file, name, wanted.contextPath.replace(/\.context$/, ".kubeconfig")) ??
    clusterProblem(cluster.content, clusterName) ??
    userProblem(user.content, userName);
  if (refused !== undefined) return { problems: [{ path, ...refused }] };
  const access = await selfContained(wanted.name, cluster, user);
  if ("server" in access) return access;
  return {
    problems: access.map(({ key, found }) => ({
      path,
      expected: `a kubeconfig whose ${key} can be read`,
      found,
      fix: "Create the file, or name another context.",
    })),
  };
}

function missingContext(wanted: WantedCluster, name: string, file: Kubeconfig): Problem {
  const meant = nearest(name, [...file.contexts.keys()].sort());
  const has = contextsOf(file);
  return {
    path: wanted.context === undefined ? wanted.path : wanted.contextPath,
    expected: `a context of ${file.source}`,
    found: `${quote(name)}, which is not there`,
    fix:
      meant === undefined
        ? `Name one that is there, or another ${wanted.source === "file" ? "file as " : ""}kubeconfig. ${has}`
        : `Did you mean ${quote(meant)}? ${has}`,
  };
}

function contextsOf({ contexts }: Kubeconfig): string {
  return contexts.size === 0 ? "It has none." : `It has ${listed([...contexts.keys()].sort().map(quote))}.`;
}

function quote(name: string): string {
  return JSON.stringify(name);
}
