import type { V1Namespace } from "@kubernetes/client-node";
import {
  clientsOf,
  CommandFailed,
  ensureAdmitted,
  getIfThere,
  KubernetesError,
  requestTimeoutMs,
  requestTimeoutVariable,
  type Environment,
  type ReachOfClusters,
} from "../../access";
import { isRefusal, tokensIn } from "../../preflight";
import { controlPlaneIn, identityAnnotations, isRead, sitesOf, systemNamespace, type MeshPlan } from "../../topology";
import { limited } from "../limited";
import {
  exposedIstiodIn,
  gatewayIn,
  istiodsIn,
  remoteClustersIn,
  rootsSignedUnder,
  signedWith,
  unreachedWords,
} from "../standing";
import { limitedClient, type LookingClient } from "./limited-client";
import type { MeshStatus } from "./report";
import type { Seen, SeenCluster } from "./seen";
import { meshStatus } from "./status";

/** What {@link readMeshStatus} is told. */
export interface StatusQuery extends ReachOfClusters {
  readonly plan: MeshPlan;
  /** Told in words which cluster has been asked. */
  readonly onProgress?: (words: string) => void;
}

/** A cluster has so long for all that it is asked: one that is well answers within some hundred milliseconds. */
const clusterLimitMs = 5_000;

/** Clusters that are asked at the same time; of more, their handshakes would take the time of each other's answers. */
const clustersAtOnce = 16;

/**
 * Looks how a mesh stands: a handful of questions to each cluster, at the same time. What cannot be read is told with the
 * reason, and holds up nothing. Changes nothing.
 * @throws ConfigurationError when the variable `ISTHMUS_REQUEST_TIMEOUT` says no time.
 */
export async function readMeshStatus(query: StatusQuery): Promise<MeshStatus> {
  const { onProgress = () => undefined, plan } = query;
  const limitMs = limitIn(query.environment ?? process.env);
  const names = sitesOf(plan).map(({ name }) => name);
  const clients = clientsOf(query, names);
  try {
    const seen = await limited(clustersAtOnce, [...clients], async ([name, client]): Promise<[string, SeenCluster]> => {
      const cluster = await seenIn(plan, limitedClient(client, limitMs));
      onProgress(`${name}: ${"found" in cluster.kubernetes ? "asked" : "does not answer"}`);
      return [name, cluster];
    });
    return meshStatus(plan, new Map(seen));
  } finally {
    for (const client of clients.values()) client.close();
  }
}

/** Who gives a server more time, or less, means this as well. */
function limitIn(environment: Environment): number {
  return (environment[requestTimeoutVariable] ?? "") === "" ? clusterLimitMs : requestTimeoutMs(environment);
}

/** Asks one cluster all that the plan has of it, at once. */
export async function seenIn(plan: MeshPlan, client: LookingClient): Promise<SeenCluster> {
  const { name } = client;
  const cluster = plan.clusters.find((one) => one.name === name);
  const controlPlane = controlPlaneIn(plan, name);
  const asked = {
    kubernetes: seen(ensureAdmitted(client)),
    systemNamespace: seen(systemNamespaceIn(client)),
    ...(controlPlane === undefined
      ? {}
      : {
          istiods: seen(istiodsIn(client)),
          root: seen(rootsSignedUnder(client)),
          intermediate: seen(signedWith(client)),
        }),
    ...((controlPlane?.reads ?? []).length === 0 ? {} : { reading: seen(remoteClustersIn(client)) }),
    ...(controlPlane?.exposed === undefined
      ? {}
      : { exposedIstiod: seen(exposedIstiodIn(client, controlPlane.exposed)) }),
    ...(cluster?.eastWestGateway === undefined ? {} : { gateway: seen(gatewayIn(client, cluster)) }),
    ...(isRead(plan, name) ? { tokens: seen(tokensIn(client).then((tokens) => [...tokens.values()])) } : {}),
  };
  const answers = Object.entries<Promise<Seen<unknown>>>(asked).map(async ([what, answer]) => [what, await answer]);
  return Object.fromEntries(await Promise.all(answers)) as SeenCluster;
}

async function systemNamespaceIn(
  client: LookingClient,
): Promise<{ readonly isThere: boolean; readonly mesh?: string }> {
  const namespace = await getIfThere<V1Namespace>(client, `/api/v1/namespaces/${systemNamespace}`);
  const mesh = namespace?.metadata?.annotations?.[identityAnnotations.mesh];
  return { isThere: namespace !== undefined, ...(mesh === undefined ? {} : { mesh }) };
}

async function seen<T>(asked: Promise<T>): Promise<Seen<T>> {
  try {
    return { found: await asked };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const isAnswer = error instanceof KubernetesError || error instanceof CommandFailed;
    return { reason: reasonOf(error), isByRights: isAnswer && error.status === 403 };
  }
}

function reasonOf(error: Error): string {
  if (!(error instanceof KubernetesError) || error.trouble === undefined) return error.message;
  const { fix, message } = unreachedWords(error.trouble);
  return `${message}. ${fix}`;
}
