import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { reachClusters, readService, type ClusterAccess, type Service } from "../access";
import { Mesh, type ClusterOutputs, type MeshCluster } from "../components";
import { ConfigurationError, formatProblem, meshWarnings, parseMesh, planMesh, type MeshPlan } from "../topology";

/** What a mesh's stack exports. */
export interface MeshStackOutputs {
  readonly mesh: {
    readonly id: string;
    readonly trustDomain: string;
    readonly rootFingerprint: pulumi.Output<string>;
  };
  readonly clusters: Readonly<Record<string, ClusterOutputs>>;
}

/**
 * The whole mesh in one stack.
 * @param config What the user wrote under `isthmus:mesh`.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 * @throws ConfigurationError with every problem at once, before any resource is registered.
 */
export async function meshStack(config: unknown, projectDirectory: string): Promise<MeshStackOutputs> {
  const configuration = parseMesh(config);
  for (const warning of meshWarnings(configuration)) await pulumi.log.warn(formatProblem(warning));
  const plan = planMesh(configuration);
  const access = await ensureReachable(plan, projectDirectory);
  const mesh = new Mesh("mesh", {
    plan,
    clusters: Object.fromEntries([...access].map(([name, cluster]) => [name, memberOf(name, cluster)])),
  });
  return {
    mesh: { id: plan.id, trustDomain: plan.trustDomain, rootFingerprint: mesh.rootFingerprint },
    clusters: mesh.clusters,
  };
}

/**
 * Makes sure that every cluster can be reached and written to. A preview only warns of what an update refuses: it may
 * run where the clusters cannot be reached, on a pull request for one.
 */
async function ensureReachable(plan: MeshPlan, projectDirectory: string): Promise<ReadonlyMap<string, ClusterAccess>> {
  const { clusters, resolved, problems, warnings } = await reachClusters(plan, projectDirectory);
  for (const warning of warnings) await pulumi.log.warn(formatProblem(warning));
  if (problems.length > 0 && (!resolved || !pulumi.runtime.isDryRun())) throw new ConfigurationError(problems);
  for (const problem of problems) await pulumi.log.warn(formatProblem(problem));
  return clusters;
}

/**
 * One provider for a cluster. Its identifier is the cluster's name, so that an edited kubeconfig updates the provider
 * and replaces nothing; its Secrets are updated in place, so that istiod never sees one vanish.
 */
function memberOf(name: string, access: ClusterAccess): MeshCluster {
  return {
    provider: new kubernetes.Provider(name, {
      kubeconfig: pulumi.secret(access.kubeconfig),
      clusterIdentifier: name,
      enableSecretMutable: true,
    }),
    server: access.server,
    readService: (namespace, service) => readGatewayService(access, namespace, service),
    ...(access.certificateAuthorityData === undefined
      ? {}
      : { certificateAuthorityData: access.certificateAuthorityData }),
  };
}

/** In a preview the cluster may be out of reach; the addresses are then missing from what it shows. */
async function readGatewayService(
  access: ClusterAccess,
  namespace: string,
  name: string,
): Promise<Service | undefined> {
  try {
    return await readService(access, namespace, name);
  } catch (error) {
    if (!pulumi.runtime.isDryRun()) throw error;
    await pulumi.log.warn(`The gateway's addresses in cluster ${access.name} are not known: ${String(error)}`);
    return undefined;
  }
}
