import { clientsOf, KubernetesError, type ClusterClient, type ReachOfClusters } from "../../access";
import { proxyContainer } from "../../preflight";
import type { MeshPlan } from "../../topology";
import type { ServicesReport } from "./report";
import { podsOf, servicesReport, type FoundPods } from "./status";

/** What {@link readServices} is told. */
export interface ServicesQuery extends ReachOfClusters {
  readonly plan: MeshPlan;
}

/** A pod, as far as it says whether it is called. */
interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly spec: {
    readonly containers: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Reads where the global services of a mesh stand, from the pods in its clusters. Changes nothing. */
export async function readServices(query: ServicesQuery): Promise<ServicesReport> {
  const { plan } = query;
  const clients = clientsOf(
    query,
    plan.clusters.map(({ name }) => name),
  );
  try {
    return await servicesFoundBy(plan, (cluster) => clients.get(cluster));
  } finally {
    for (const client of clients.values()) client.close();
  }
}

/** The same, by clients that somebody else has and closes. */
export async function servicesFoundBy(
  plan: MeshPlan,
  clientOf: (cluster: string) => ClusterClient | undefined,
): Promise<ServicesReport> {
  const found = await Promise.all(
    plan.globalServices.services.flatMap(({ homes, name }) =>
      homes.map(async (home): Promise<[string, FoundPods]> => {
        return [keyOf(name, home.cluster), await podsIn(clientOf(home.cluster), podsOf(home))];
      }),
    ),
  );
  const byHome = new Map(found);
  return servicesReport(plan, (service, cluster) => byHome.get(keyOf(service, cluster)) ?? unasked);
}

const unasked: FoundPods = { trouble: "it does not answer" };

function keyOf(service: string, cluster: string): string {
  return `${service} ${cluster}`;
}

async function podsIn(
  client: ClusterClient | undefined,
  { path, query }: ReturnType<typeof podsOf>,
): Promise<FoundPods> {
  if (client === undefined) return unasked;
  try {
    return countedPods(await client.list<Pod>(path, query));
  } catch (error) {
    if (error instanceof KubernetesError) return { trouble: error.message };
    throw error;
  }
}

/** Counts pods that are called. Pure. */
export function countedPods(pods: readonly Pod[]): FoundPods {
  const ready = pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status?.conditions?.some(({ status: is, type }) => type === "Ready" && is === "True") === true,
  );
  const isProxy = ({ name }: { readonly name: string }): boolean => name === proxyContainer;
  const bare = ready.filter(({ spec }) => ![...spec.containers, ...(spec.initContainers ?? [])].some(isProxy));
  return { ready: ready.length, pods: pods.length, withoutSidecar: bare.length };
}
