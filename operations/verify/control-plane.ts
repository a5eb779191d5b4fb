import type { V1MutatingWebhookConfiguration } from "@kubernetes/client-node";
import {
  controlPlaneIn,
  exposedIstiodName,
  sitesOf,
  systemNamespace,
  type ClusterPlan,
  type MeshPlan,
} from "../../topology";
import { ensureAdmitted, KubernetesError } from "../../access";
import { unsynced } from "../../preflight";
import {
  exposedIstiodIn,
  gatewayIn,
  istiodsIn,
  remoteClustersIn,
  unreachedWords,
  type StandingIstiod,
} from "../standing";
import type { Finding, VerifyContext } from "./check";

/** Whether the configuration lets a cluster be missing. */
export function maySkip(plan: MeshPlan, [cluster]: readonly string[]): boolean {
  return sitesOf(plan).find(({ name }) => name === cluster)?.ifUnreachable === "skip";
}

/** Subjects: the clusters whose istiod others reach. */
export function exposedControlPlanes(plan: MeshPlan): string[][] {
  return plan.controlPlanes.filter(({ exposed }) => exposed !== undefined).map(({ name }) => [name]);
}

/** Subjects: the clusters with an east-west gateway. */
export function clustersWithGateway(plan: MeshPlan): string[][] {
  return plan.clusters.filter((cluster) => cluster.eastWestGateway !== undefined).map((cluster) => [cluster.name]);
}

/** Subjects: the clusters whose istiod reads others. */
export function controlPlanesThatRead(plan: MeshPlan): string[][] {
  return plan.controlPlanes.filter(({ reads }) => reads.length > 0).map(({ name }) => [name]);
}

/** The API server answers, and lets us in. */
export async function clusterReachable(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  try {
    return { ok: true, message: `Kubernetes ${await ensureAdmitted(context.client(cluster))}` };
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.trouble === undefined) throw error;
    const { fix: hint, message } = unreachedWords(error.trouble);
    return { ok: false, message, hint };
  }
}

/** Every istiod Deployment has an available replica. */
export async function istiodReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const istiods = await istiodsIn(context.client(cluster));
  if (istiods.length === 0) return { ok: false, message: `no istiod in namespace ${systemNamespace}` };

  const unavailable = istiods.filter(({ available }) => available === 0);
  const names = (of: readonly StandingIstiod[]): string => of.map(({ name }) => name).join(", ");
  if (unavailable.length > 0) return { ok: false, message: `no replica available of ${names(unavailable)}` };
  return { ok: true, message: `${names(istiods)} available` };
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
  const { network } = planOf(context, cluster);
  const { addresses, isReady, services } = await gatewayIn(context.client(cluster), planOf(context, cluster));
  if (services.length === 0) return { ok: false, message: `no gateway Service for network ${network}` };

  const names = services.join(", ");
  if (addresses.length === 0) return { ok: false, message: `${names} has no address from a load balancer` };
  if (!isReady) return { ok: false, message: `no pod of ${names} is ready` };
  return { ok: true, message: `${names} at ${addresses.join(", ")}` };
}

/** The Service by which other clusters reach an istiod has an address, its load balancer's or a fixed one. */
export async function exposedIstiodReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const { exposed } = controlPlaneIn(context.plan, cluster) ?? {};
  const addresses = await exposedIstiodIn(context.client(cluster), exposed);
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
  const allRead = controlPlaneIn(context.plan, cluster)?.reads ?? [];
  const reads = allRead.filter((name) => !without.has(name));
  const pods = await remoteClustersIn(context.client(cluster));
  if (pods.length === 0) return { ok: false, message: "no istiod runs" };

  const troubles = pods.flatMap(({ pod, remotes }) => {
    const trouble = unsynced(remotes, reads);
    return trouble === "" ? [] : [`${pod}: ${trouble}`];
  });
  if (troubles.length > 0) return { ok: false, message: troubles.join("; ") };
  const leftOut = allRead.filter((name) => without.has(name));
  return { ok: true, message: [`synced ${reads.join(", ") || "none"}`, ...leftOutWords(leftOut)].join("; ") };
}

/** What a message says of clusters that were left out. */
export function leftOutWords(clusters: readonly string[]): string[] {
  return clusters.length === 0 ? [] : [`not looked at: ${clusters.join(", ")}`];
}

function planOf(context: VerifyContext, name: string): ClusterPlan {
  const cluster = context.plan.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new RangeError(`no cluster ${name}`);
  return cluster;
}
