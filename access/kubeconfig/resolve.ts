import {
  configurationPath,
  listed,
  nearest,
  sitesOf,
  type ClusterPlan,
  type MeshPlan,
  type Problem,
  type SitePlan,
} from "../../topology";
import type { ClusterAccess } from "../cluster-access";
import {
  isFailure,
  readKubeconfig,
  type Environment,
  type Kubeconfig,
  type KubeconfigFailure,
} from "./kubeconfig-file";
import { asText } from "../mapping";
import { resolveForOthers } from "./for-others";
import { selfContained, type OwnAccess } from "./self-contained";

/** The clusters that can be addressed, and why the others cannot. */
export interface ResolvedAccess {
  readonly clusters: Map<string, ClusterAccess>;
  readonly problems: Problem[];
}

/**
 * Finds every cluster's context and makes a kubeconfig of its own from it. Reads files, asks nobody.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @param environment Where `KUBECONFIG` and `HOME` are looked up. Default: the process's.
 */
export async function resolveAccess(
  plan: MeshPlan,
  projectDirectory: string,
  environment: Environment = process.env,
): Promise<ResolvedAccess> {
  const clusters = new Map<string, ClusterAccess>();
  const problems: Problem[] = [];
  const files = new Map<string, Kubeconfig | KubeconfigFailure>();
  const reported = new Set<KubeconfigFailure>();
  for (const cluster of sitesOf(plan)) {
    const key = cluster.access.kubeconfig ?? "";
    const file = files.get(key) ?? (await readKubeconfig(cluster.access.kubeconfig, projectDirectory, environment));
    files.set(key, file);
    if (isFailure(file)) {
      // One file that several clusters need is one problem.
      if (!reported.has(file))
        problems.push({ path: cluster.access.kubeconfigPath ?? configurationPath("kubeconfig"), ...file });
      reported.add(file);
      continue;
    }
    const resolved = await resolveCluster(cluster, file);
    if (!("server" in resolved)) {
      problems.push(...resolved.problems);
      continue;
    }
    const apiServer = "apiServer" in cluster ? (cluster as ClusterPlan).apiServer : {};
    const forOthers = await resolveForOthers(resolved, apiServer, projectDirectory, cluster.path);
    if ("server" in forOthers) clusters.set(cluster.name, { ...resolved, forOthers });
    else problems.push(forOthers);
  }
  return { clusters, problems };
}

async function resolveCluster(plan: SitePlan, file: Kubeconfig): Promise<OwnAccess | { problems: Problem[] }> {
  const path = `${plan.path}.access.context`;
  const refuse = (expected: string, found: string, fix: string): { problems: Problem[] } => ({
    problems: [{ path, expected, found, fix }],
  });
  const name = plan.access.context;
  const context = file.contexts.get(name);
  if (context === undefined) return { problems: [missingContext(path, name, file)] };

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

  const server = asText(cluster.content["server"]);
  const mend = `Mend the kubeconfig cluster ${quote(clusterName)}.`;
  if (server === undefined) return refuse("a kubeconfig cluster with a server", "one without", mend);
  if (!/^https:\/\//i.test(server) || !URL.canParse(server)) {
    return refuse(
      "an API server with an https URL",
      "another URL",
      `${mend} Keys and tokens go over this connection, so it must be encrypted.`,
    );
  }
  if (new URL(server).username !== "" || new URL(server).password !== "") {
    return refuse(
      "an API server's URL without credentials",
      "a URL with a user or password",
      `${mend} Credentials belong to the kubeconfig user.`,
    );
  }
  if (cluster.content["insecure-skip-tls-verify"] === true) {
    return refuse(
      "an API server whose certificate is verified",
      "insecure-skip-tls-verify: true",
      `Give the kubeconfig cluster ${quote(clusterName)} its certificate-authority-data instead: keys and tokens go over this connection.`,
    );
  }
  const access = await selfContained(plan.name, cluster, user);
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

function missingContext(path: string, name: string, file: Kubeconfig): Problem {
  const names = [...file.contexts.keys()].sort();
  const meant = nearest(name, names);
  const has = names.length === 0 ? "It has none." : `It has ${listed(names.map(quote))}.`;
  return {
    path,
    expected: `a context of ${file.source}`,
    found: `${quote(name)}, which is not there`,
    fix:
      meant === undefined
        ? `Name one that is there, or another file as kubeconfig. ${has}`
        : `Did you mean ${quote(meant)}? ${has}`,
  };
}

function quote(name: string): string {
  return JSON.stringify(name);
}
