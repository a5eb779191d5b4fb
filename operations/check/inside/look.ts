import type { V1ConfigMap } from "@kubernetes/client-node";
import {
  clientsOf,
  getIfThere,
  KubernetesError,
  type ClusterAccess,
  type ClusterClient,
  type Environment,
} from "../../../access";
import { ownAuthorityPath } from "../../../preflight";
import { errorMessage, isOwnMachine, type MeshPlan } from "../../../topology";
import { gatewayIn } from "../../standing";
import { sweep, type CheckResult } from "../../verify";
import { InsidePod, NoPodError } from "./inside-pod";
import { apiServerWays, gatewayWays, placesIn } from "./places";
import { apiServerCall, apiServerMisfit, gatewayCall, isConnected, isResolved, nameCall } from "./probe";

/** What is looked at from inside the clusters, and by what. */
export interface InsideQuery {
  readonly plan: MeshPlan;
  /** The clusters that can be addressed. */
  readonly access: ReadonlyMap<string, ClusterAccess>;
  /** Those of them that answer. */
  readonly answering: readonly string[];
  readonly environment?: Environment | undefined;
  /** An image with `curl` and `sleep`, in place of the configuration's. */
  readonly clientImage?: string | undefined;
  readonly onProgress?: ((words: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries from a pod in each cluster what its istiod, or its workloads, will: the API servers of other clusters, by exactly the
 * authorities that istiods are given, gateways that stand, and names. Each pod is gone afterwards, whatever happens; those of a
 * run that was killed are removed by the next one.
 * @throws The signal's reason when it ends it.
 */
export async function lookFromInside(query: InsideQuery): Promise<CheckResult[]> {
  const { access, answering, environment } = query;
  const clients = clientsOf({ access, environment }, answering);
  try {
    return await lookWith(clients, query);
  } finally {
    for (const client of clients.values()) client.close();
  }
}

/** The same by clients that are there. */
export async function lookWith(
  clients: ReadonlyMap<string, ClusterClient>,
  query: Omit<InsideQuery, "answering" | "environment">,
): Promise<CheckResult[]> {
  const { access, clientImage, onProgress = () => undefined, plan } = query;
  const { signal = new AbortController().signal } = query;
  await Promise.all([...clients.values()].map((client) => sweep(client, onProgress)));
  const authorities = await authoritiesOf(access, clients);
  const gateways = await gatewaysOf(plan, clients);
  const found = placesIn(plan).map(async (place) => {
    const client = clients.get(place);
    if (client === undefined) return notLookedAt(plan, place, gateways, "skip", `${place} does not answer`);
    const image = clientImage ?? plan.sample.clientImage;
    const pod = new InsidePod({ plan, client, image, authorities, signal });
    try {
      await pod.start();
      onProgress(`${place}: a pod looks from inside`);
      return await lookFrom({ pod, place, plan, access, authorities, gateways });
    } catch (error) {
      if (!(error instanceof NoPodError || error instanceof KubernetesError)) throw error;
      return notLookedAt(plan, place, gateways, "warn", `no pod looks from inside ${place}: ${error.message}`);
    } finally {
      await pod.remove().catch((error: unknown) => {
        onProgress(`warning: ${place}: what was made to look from inside could not be removed: ${errorMessage(error)}`);
      });
    }
  });
  // One that fails must not leave the pods of the others behind.
  const settled = await Promise.allSettled(found);
  return settled.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

/** A gateway that other networks can come by. */
interface Gateway {
  readonly addresses: readonly string[];
  readonly port: number;
}

interface Place {
  readonly pod: InsidePod;
  readonly place: string;
  readonly plan: MeshPlan;
  readonly access: ReadonlyMap<string, ClusterAccess>;
  readonly authorities: ReadonlyMap<string, string>;
  readonly gateways: ReadonlyMap<string, Gateway>;
}

async function lookFrom(of: Place): Promise<CheckResult[]> {
  const { gateways, place, plan } = of;
  const apiServers = apiServerWays(plan).filter(({ from }) => from === place);
  const called = gatewayWays(plan).filter(({ from, to }) => from === place && gateways.has(to));
  const results = await Promise.all([
    namesIn(of),
    ...apiServers.map(({ to }) => apiServerFrom(of, to)),
    ...called.map(({ to }) => gatewayFrom(of, to)),
  ]);
  return results.flat();
}

async function namesIn({ place, pod }: Place): Promise<CheckResult> {
  const probed = await pod.call(nameCall());
  const result = { id: "names-resolved", clusters: [place] };
  if (isResolved(probed)) return { ...result, status: "pass", message: "nothing is found", hint: "" };
  return {
    ...result,
    status: "fail",
    message: `a pod does not resolve kubernetes.default.svc: ${probed.words}`,
    hint: "Look at the pods of the cluster's DNS and their log: `kubectl --namespace kube-system logs --selector k8s-app=kube-dns`.",
  };
}

async function apiServerFrom({ access, authorities, place, plan, pod }: Place, to: string): Promise<CheckResult[]> {
  const target = access.get(to);
  const result = { id: "api-server-reached", clusters: [place, to] };
  const skipped = (message: string): CheckResult[] => [{ ...result, status: "skip", message, hint: "" }];
  if (target === undefined) return skipped(`nobody says how ${to} is reached`);
  const { forOthers } = target;
  // That is said from here, by api-server-for-others.
  if (isOwnMachine(new URL(forOthers.server).hostname))
    return skipped(`${forOthers.server} is for each cluster itself`);
  if (!authorities.has(to)) return skipped(`the authority of ${to} is not known here`);
  const probed = await pod.call(apiServerCall(to, forOthers));
  const settings = `${plan.clusters.find(({ name }) => name === to)?.path ?? to}.apiServer`;
  const misfit = apiServerMisfit(probed, { from: place, server: forOthers.server, settings });
  if (misfit === undefined) return [{ ...result, status: "pass", message: `${forOthers.server} answers`, hint: "" }];
  return [{ ...result, status: "fail", ...misfit }];
}

async function gatewayFrom({ gateways, place, pod }: Place, to: string): Promise<CheckResult[]> {
  const { addresses = [], port = 0 } = gateways.get(to) ?? {};
  const probed = await Promise.all(
    addresses.map(async (address) => ({ address, ...(await pod.call(gatewayCall(address, port))) })),
  );
  const result = { id: "gateway-addressed", clusters: [place, to] };
  const lost = probed.filter((one) => !isConnected(one));
  if (lost.length === 0) {
    return [
      { ...result, status: "pass", message: `reached at ${addresses.join(", ")}, port ${String(port)}`, hint: "" },
    ];
  }
  return [
    {
      ...result,
      status: "fail",
      message: lost
        .map(({ address, words }) => `pods of ${place} do not reach ${address}, port ${String(port)}: ${words}`)
        .join("; "),
      hint: `Open the way from the nodes of ${place} to the load balancer of ${to}.`,
    },
  ];
}

/** What would have been looked at from a place. */
function notLookedAt(
  plan: MeshPlan,
  place: string,
  gateways: ReadonlyMap<string, Gateway>,
  status: "skip" | "warn",
  message: string,
): CheckResult[] {
  const hint =
    status === "skip"
      ? ""
      : "Name an image with curl that the cluster can pull as isthmus:mesh.sample.clientImage or with --client-image, and let this user make namespaces and pods, and exec into them.";
  const of = (id: string, ...clusters: readonly string[]): CheckResult => ({ id, clusters, status, message, hint });
  return [
    of("names-resolved", place),
    ...apiServerWays(plan).flatMap(({ from, to }) => (from === place ? [of("api-server-reached", from, to)] : [])),
    ...gatewayWays(plan).flatMap(({ from, to }) =>
      from === place && gateways.has(to) ? [of("gateway-addressed", from, to)] : [],
    ),
  ];
}

/** What istiods are given to know API servers by; without those of which that is not to be had here. */
async function authoritiesOf(
  access: ReadonlyMap<string, ClusterAccess>,
  clients: ReadonlyMap<string, ClusterClient>,
): Promise<ReadonlyMap<string, string>> {
  const found = [...access].map(async ([name, { forOthers }]): Promise<[string, string | undefined]> => {
    const { certificateAuthorityData: data } = forOthers;
    if (data !== undefined) return [name, Buffer.from(data, "base64").toString()];
    const client = clients.get(name);
    return [name, client && (await ownAuthority(client))];
  });
  return new Map((await Promise.all(found)).flatMap(([name, pem]) => (pem === undefined ? [] : [[name, pem]])));
}

async function ownAuthority(client: Pick<ClusterClient, "get">): Promise<string | undefined> {
  try {
    return (await getIfThere<V1ConfigMap>(client, ownAuthorityPath))?.data?.["ca.crt"];
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 403) return undefined;
    throw error;
  }
}

/** Those that stand, with pods that are ready: at any other nobody would answer yet. */
async function gatewaysOf(
  plan: MeshPlan,
  clients: ReadonlyMap<string, ClusterClient>,
): Promise<ReadonlyMap<string, Gateway>> {
  const found = plan.clusters.map(async (cluster): Promise<[string, Gateway][]> => {
    const client = clients.get(cluster.name);
    if (cluster.eastWestGateway === undefined || client === undefined) return [];
    try {
      const { addresses, isReady } = await gatewayIn(client, cluster);
      if (!isReady || addresses.length === 0) return [];
      return [[cluster.name, { addresses, port: cluster.eastWestGateway.port }]];
    } catch (error) {
      // Who may not read them there is told so where it matters: the row is left out.
      if (error instanceof KubernetesError && error.status === 403) return [];
      throw error;
    }
  });
  return new Map((await Promise.all(found)).flat());
}
