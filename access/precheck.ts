import { configurationPath, type ClusterPlan, type MeshPlan, type Problem } from "../topology";
import { checkCharts } from "./checks/chart-check";
import { checkCluster, type ClusterFindings } from "./checks/cluster-check";
import type { ClusterAccess } from "./cluster-access";
import { joined, type Findings } from "./checks/findings";
import type { Environment } from "./kubeconfig/kubeconfig-file";
import { isLoopback } from "./connection/proxy";

/** What may differ from a usual check; tests use it. */
export interface PrecheckOptions {
  /** How long a cluster or a chart repository may take, in milliseconds. Default: 5000; a credential plugin has 20 s beside. */
  readonly timeoutMs?: number;
  /** Where proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Environment;
}

interface NamedFindings {
  readonly name: string;
  readonly findings: ClusterFindings;
}

/**
 * Looks, before anything is changed, whether the mesh can be installed: asks every API server and the chart repository,
 * all at the same time. The provider's preview passes against a cluster that nobody can reach, so this must be ours.
 * @param access The clusters that could be resolved; others of the plan are passed over.
 */
export async function precheck(
  plan: MeshPlan,
  access: ReadonlyMap<string, ClusterAccess>,
  projectDirectory: string,
  options: PrecheckOptions = {},
): Promise<Findings> {
  const { timeoutMs = 5000, environment = process.env } = options;
  const [charts, ...clusters] = await Promise.all([
    checkCharts(plan.istio, projectDirectory, environment, timeoutMs),
    ...plan.clusters.flatMap((cluster) => {
      const reached = access.get(cluster.name);
      return reached === undefined ? [] : [named(cluster, reached)];
    }),
  ]);

  async function named(cluster: ClusterPlan, reached: ClusterAccess): Promise<NamedFindings> {
    const check = { plan: cluster, access: reached, istioVersion: plan.istio.version, environment, timeoutMs };
    return { name: cluster.name, findings: await checkCluster(check) };
  }

  return joined([
    charts,
    ...clusters.map(({ findings }) => findings),
    { problems: [...onLoopback(plan, access), ...sameCluster(clusters)], warnings: [] },
  ]);
}

/** An istiod reads the other clusters' API servers: 127.0.0.1 would be itself there. */
function onLoopback(plan: MeshPlan, access: ReadonlyMap<string, ClusterAccess>): Problem[] {
  if (plan.clusters.length < 2) return [];
  return [...access.values()]
    .filter(({ server }) => isLoopback(new URL(server).hostname))
    .map(({ name, server }) => ({
      path: configurationPath("clusters", name, "access", "context"),
      expected: "an API server that the other clusters can reach",
      found: `${new URL(server).host}, which is this machine alone`,
      fix: "Set the server in the kubeconfig to an address that pods of the other clusters reach; for kind that is port 6443 of the control-plane container (`kind get kubeconfig --internal`).",
    }));
}

function sameCluster(clusters: readonly NamedFindings[]): Problem[] {
  const owners = new Map<string, string>();
  return clusters.flatMap(({ name, findings: { uid } }) => {
    const owner = uid === undefined ? undefined : owners.get(uid);
    if (uid !== undefined && owner === undefined) owners.set(uid, name);
    if (owner === undefined) return [];
    return [
      {
        path: configurationPath("clusters", name, "access", "context"),
        expected: "a cluster of its own",
        found: `the same cluster as ${owner} (their kube-system namespaces have one UID)`,
        fix: `Name the context of ${name}, or remove one of the two.`,
      },
    ];
  });
}
