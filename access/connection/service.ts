import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ClusterAccess } from "../cluster-access";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { apiServer, type ApiServer } from "./api-server";

/** A Service of one cluster. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** No load balancer gave a Service an address. The message says what may be the reason, and what to do. */
export class NoAddressError extends Error {
  constructor(cluster: string, { namespace, name }: ServiceName, timeoutSeconds: number, event: string | undefined) {
    const said =
      event === undefined
        ? "The cluster has no event about it, so probably no load balancer looks at it"
        : `The cluster says: ${event}`;
    super(
      `cluster ${cluster}: Service ${namespace}/${name} has no address from a load balancer after ${timeoutSeconds} s. ${said}. ` +
        "Look whether a load balancer's controller runs in the cluster (a cloud's, MetalLB), whether it has addresses left, and " +
        "whether it takes Services of this class; or give the address yourself (`eastWestGateway.addresses`, `exposedIstiod.address`). " +
        "Then run the update again: it goes on from here.",
    );
    this.name = "NoAddressError";
  }
}

const serviceSchema = z.object({
  metadata: z.object({ uid: z.string() }),
  status: z
    .object({
      loadBalancer: z
        .object({
          ingress: z.array(z.object({ ip: z.string().optional(), hostname: z.string().optional() })).optional(),
        })
        .optional(),
    })
    .optional(),
});

const eventsSchema = z.object({
  items: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })),
});

/** How long one question about a Service may take, in milliseconds: 10 s, far more than an API server that works takes. */
export const addressRequestTimeoutMs = 10_000;
const pollMs = 500;

/**
 * Waits until a load balancer has given a Service its addresses: IPs where there are any, else host names (AWS gives no
 * IP).
 * @param timeoutSeconds With 0 it is asked once.
 * @throws NoAddressError when there is none in time; ConnectionError when the cluster does not answer, CredentialError when
 *   there are no credentials to be had, and another error when it refuses.
 */
export async function awaitAddresses(
  access: ClusterAccess,
  service: ServiceName,
  timeoutSeconds: number,
  environment: Environment = process.env,
): Promise<readonly string[]> {
  const api = await apiServer(access, environment);
  const deadline = performance.now() + timeoutSeconds * 1_000;
  try {
    for (;;) {
      const { addresses, uid } = await look(api, access.name, service);
      if (addresses.length > 0) return addresses;
      if (performance.now() >= deadline) {
        throw new NoAddressError(access.name, service, timeoutSeconds, await lastEvent(api, service, uid));
      }
      await delay(pollMs);
    }
  } finally {
    api.close();
  }
}

async function look(
  api: ApiServer,
  cluster: string,
  { namespace, name }: ServiceName,
): Promise<{ readonly addresses: string[]; readonly uid: string }> {
  const path = `/api/v1/namespaces/${namespace}/services/${name}`;
  const answer = await api.ask(path, AbortSignal.timeout(addressRequestTimeoutMs));
  if (answer.status !== 200) {
    throw new Error(`cluster ${cluster} answers ${answer.status} when asked for Service ${namespace}/${name}`);
  }
  const { metadata, status } = serviceSchema.parse(JSON.parse(answer.body));
  const ingress = status?.loadBalancer?.ingress ?? [];
  return {
    addresses: ingress.map(({ ip, hostname }) => ip ?? hostname).filter((one) => one !== undefined),
    uid: metadata.uid,
  };
}

/** The newest event about a Service, in one line; undefined when there is none. */
async function lastEvent(api: ApiServer, { namespace }: ServiceName, uid: string): Promise<string | undefined> {
  const selector = encodeURIComponent(`involvedObject.uid=${uid}`);
  const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=${selector}`;
  const answer = await api.ask(path, AbortSignal.timeout(addressRequestTimeoutMs));
  if (answer.status !== 200) return undefined;
  const event = eventsSchema.parse(JSON.parse(answer.body)).items.at(-1);
  if (event === undefined) return undefined;
  return [event.reason, event.message].filter((part) => part !== undefined && part !== "").join(": ");
}
