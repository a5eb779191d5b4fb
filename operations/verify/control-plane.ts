import type { V1Deployment, V1MutatingWebhookConfiguration, V1Pod, V1Service } from "@kubernetes/client-node";
import {
  controlPlaneIn,
  eastWestGatewayName,
  exposedIstiodName,
  networkLabel,
  systemNamespace,
  type ClusterPlan,
} from "../../topology";
import { ensureAdmitted, KubernetesError, type ClusterClient } from "../../access";
import { remoteClustersOf, runningIstiods, unsynced } from "../../preflight";
import type { Finding, VerifyContext } from "./check";

const istiodSelector = { labelSelector: "app=istiod" };

/** The API server answers, and lets us in. */
export async function clusterReachable(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  try {
    return { ok: true, message: `Kubernetes ${await ensureAdmitted(context.client(cluster))}` };
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.trouble === undefined) throw error;
    const { path, expected, found, fix } = error.trouble;
    return {
      ok: false,
      message: `${path === undefined ? "" : `${path}: `}expected ${expected}, found ${found}`,
      hint: fix,
    };
  }
}

/** Every istiod Deployment has an available replica. */
export async function istiodReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const path = `/apis/apps/v1/namespaces/${systemNamespace}/deployments`;
  const deployments = await context.client(cluster).list<V1Deployment>(path, istiodSelector);
  if (deployments.length === 0) return { ok: false, message: `no istiod in namespace ${systemNamespace}` };

  const unavailable = deployments.filter((deployment) => (deployment.status?.availableReplicas ?? 0) === 0);
  const names = (of: readonly V1Deployment[]): string => of.map((deployment) => deployment.metadata?.name).join(", ");
  if (unavailable.length > 0) return { ok: false, message: `no replica available of ${names(unavailable)}` };
  return { ok: true, message: `${names(deployments)} available` };
}

/** The sidecar injector's webhook has the certificate by which the API server trusts istiod. */
export async function webhookReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
  const configurations = await context
    .client(cluster)
    .list<V1MutatingWebhookConfiguration>(path, { labelSelector: "app=sidecar-injector" });
  if (configurations.length === 0) return { ok: false, message: "no sidecar injector is configured" };

  const untrusted = configurations.filter((configuration) =>
    (configuration.webhooks ?? []).some((webhook) => (webhook.clientConfig.caBundle ?? "") === ""),
  );
  const names = (of: readonly V1MutatingWebhookConfiguration[]): string =>
    of.map((configuration) => configuration.metadata?.name).join(", ");
  if (untrusted.length > 0) return { ok: false, message: `caBundle of ${names(untrusted)} is empty` };
  return { ok: true, message: `${names(configurations)} has its caBundle` };
}

/** The cluster's gateway has an address, and pods behind it that are ready. */
export async function gatewayReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const client = context.client(cluster);
  const { eastWestGateway, network } = planOf(context, cluster);
  const path = `/api/v1/namespaces/${systemNamespace}/services`;
  // With fixed addresses the Service has no network's label: istiod is not to find others.
  const labelSelector =
    eastWestGateway?.addresses === undefined ? `${networkLabel}=${network}` : `app=${eastWestGatewayName}`;
  const services = await client.list<V1Service>(path, { labelSelector });
  if (services.length === 0) return { ok: false, message: `no gateway Service for network ${network}` };

  const addresses = eastWestGateway?.addresses ?? services.flatMap(givenAddresses);
  const names = services.map((service) => service.metadata?.name).join(", ");
  if (addresses.length === 0) return { ok: false, message: `${names} has no address from a load balancer` };
  const ready = await Promise.all(services.map((service) => hasReadyPod(client, service)));
  if (!ready.some(Boolean)) return { ok: false, message: `no pod of ${names} is ready` };
  return { ok: true, message: `${names} at ${addresses.join(", ")}` };
}

/** The Service by which other clusters reach an istiod has an address, its load balancer's or a fixed one. */
export async function exposedIstiodReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const path = `/api/v1/namespaces/${systemNamespace}/services/${exposedIstiodName}`;
  const given = givenAddresses(await context.client(cluster).get<V1Service>(path));
  const fixed = controlPlaneIn(context.plan, cluster)?.exposed?.address;
  const addresses = fixed === undefined ? given : [fixed];
  if (addresses.length === 0) {
    return { ok: false, message: `${exposedIstiodName} has no address from a load balancer` };
  }
  return { ok: true, message: `${exposedIstiodName} at ${addresses.join(", ")}` };
}

/** Every istiod of a cluster has synced all clusters that it is to read, but for those that nobody can reach. */
export async function remoteClustersSynced(
  context: VerifyContext,
  [cluster = ""]: readonly string[],
  without: ReadonlySet<string>,
): Promise<Finding> {
  const client = context.client(cluster);
  const allRead = controlPlaneIn(context.plan, cluster)?.reads ?? [];
  const reads = allRead.filter((name) => !without.has(name));
  const names = (await runningIstiods(client)).map(({ pod }) => pod);
  if (names.length === 0) return { ok: false, message: "no istiod runs" };

  const troubles = await Promise.all(
    names.map(async (pod) => {
      const trouble = unsynced(await remoteClustersOf(client, pod), reads);
      return trouble === "" ? [] : [`${pod}: ${trouble}`];
    }),
  );
  if (troubles.flat().length > 0) return { ok: false, message: troubles.flat().join("; ") };
  const leftOut = allRead.filter((name) => without.has(name));
  return { ok: true, message: [`synced ${reads.join(", ") || "none"}`, ...leftOutWords(leftOut)].join("; ") };
}

/** What a message says of clusters that were left out. */
export function leftOutWords(clusters: readonly string[]): string[] {
  return clusters.length === 0 ? [] : [`not looked at: ${clusters.join(", ")}`];
}

function givenAddresses({ status }: V1Service): string[] {
  return (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "");
}

async function hasReadyPod(client: ClusterClient, service: V1Service): Promise<boolean> {
  const labelSelector = Object.entries(service.spec?.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  // A Service without a selector is served by something that Kubernetes does not know.
  if (labelSelector === "") return true;
  const pods = await client.list<V1Pod>(`/api/v1/namespaces/${systemNamespace}/pods`, { labelSelector });
  return pods.some((pod) =>
    pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True"),
  );
}

function planOf(context: VerifyContext, name: string): ClusterPlan {
  const cluster = context.plan.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new RangeError(`no cluster ${name}`);
  return cluster;
}
