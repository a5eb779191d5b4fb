import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ServiceName } from "../../topology";
import type { ClusterAccess } from "../cluster-access";
import { readJson } from "../json";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { apiServer, type ApiServer } from "./api-server";
import { CredentialError } from "./exec-credential";
import { ConnectionError } from "./connection-error";

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

/** What the API server answers a request with that it refuses. */
const statusSchema = z.object({ kind: z.literal("Status") });

const eventsSchema = z.object({
  items: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })),
});

/** What a cluster answered instead of a Service. The message holds nothing of the answer's body. */
export class ServiceAnswerError extends Error {
  constructor(
    cluster: string,
    { namespace, name }: ServiceName,
    readonly status: number,
    /** `later`: another answer may come, from a server that is busy, or starts, or is behind a gateway. */
    readonly remedy: "later" | "credentials" | "none",
  ) {
    super(`cluster ${cluster} answers ${status} when asked for Service ${namespace}/${name}`);
    this.name = "ServiceAnswerError";
  }
}

/** What is there in less time is told to nobody. */
const toldAfterMs = 5_000;

/** Between two questions; after one without a good answer twice as long, and so on. */
const pollMs = 500;
const longestPauseMs = 8_000;

/**
 * Waits until a load balancer has given a Service its addresses: IPs where there are any, else host names (AWS gives no
 * IP). A question that gets no answer, or one of a server that is busy, is asked again as long as there is time, and
 * credentials that are no longer accepted are fetched anew.
 * @param timeoutSeconds With 0 it is asked once.
 * @param onWait Told in words, after some seconds, what the Service waits for, and again when that is something else.
 * @throws NoAddressError when there is none in time; where the last question had no answer, ConnectionError,
 *   CredentialError or ServiceAnswerError says why. A refusal is thrown at once.
 */
export async function awaitAddresses(
  access: ClusterAccess,
  service: ServiceName,
  timeoutSeconds: number,
  environment: Environment = process.env,
  onWait: (words: string) => void = () => undefined,
): Promise<readonly string[]> {
  const beganAtMs = performance.now();
  const deadline = beganAtMs + timeoutSeconds * 1_000;
  let told: string | undefined;
  let api = await apiServer(access, environment);
  let troubles = 0;
  let isRenewed = false;
  try {
    for (;;) {
      const found = await orTrouble(look(api, access.name, service));
      if (!(found instanceof Error)) {
        const { addresses, uid } = found;
        [troubles, isRenewed] = [0, false];
        if (addresses.length > 0) return addresses;
        if (performance.now() >= deadline) {
          throw new NoAddressError(access.name, service, timeoutSeconds, await lastEvent(api, service, uid));
        }
        if (performance.now() - beganAtMs >= toldAfterMs) {
          const words = waitWords(service, await lastEvent(api, service, uid));
          if (words !== told) onWait(words);
          told = words;
        }
      } else {
        troubles++;
        const isTurnedAway = found instanceof ServiceAnswerError && found.remedy === "credentials";
        if (performance.now() >= deadline || (isTurnedAway && isRenewed)) throw found;
        if (isTurnedAway) {
          const renewed = await orTrouble(apiServer(access, environment));
          if (!(renewed instanceof Error)) {
            api.close();
            api = renewed;
            isRenewed = true;
          }
        }
      }
      await delay(Math.min(pollMs * 2 ** troubles, longestPauseMs));
    }
  } finally {
    api.close();
  }
}

function waitWords({ namespace, name }: ServiceName, event: string | undefined): string {
  const said = event === undefined ? "the cluster has no event about it" : `the cluster says: ${event}`;
  return `Service ${namespace}/${name} waits for an address from a load balancer; ${said}`;
}

/** What may be otherwise the next time; all else is thrown. */
type Trouble = ConnectionError | CredentialError | ServiceAnswerError;

async function orTrouble<T>(asked: Promise<T>): Promise<T | Trouble> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof CredentialError) return error;
    if (error instanceof ServiceAnswerError && error.remedy !== "none") return error;
    throw error;
  }
}

async function look(
  api: ApiServer,
  cluster: string,
  service: ServiceName,
): Promise<{ readonly addresses: string[]; readonly uid: string }> {
  const path = `/api/v1/namespaces/${service.namespace}/services/${service.name}`;
  const { status: code, body } = await api.ask(path);
  const answer = readJson(body);
  const { success, data } = serviceSchema.safeParse(answer);
  if (code !== 200 || !success) throw new ServiceAnswerError(cluster, service, code, remedyFor(code, answer));
  const ingress = data.status?.loadBalancer?.ingress ?? [];
  return {
    addresses: ingress.map(({ ip, hostname }) => ip ?? hostname).filter((one) => one !== undefined),
    uid: data.metadata.uid,
  };
}

/** Only the API server itself, in its own words, refuses for good; a gateway before it answers what it likes. */
function remedyFor(status: number, answer: unknown): ServiceAnswerError["remedy"] {
  if (!statusSchema.safeParse(answer).success || status === 408 || status === 429 || status >= 500) return "later";
  return status === 401 ? "credentials" : "none";
}

/** The newest event about a Service, in one line; undefined when there is none, or it cannot be had. */
async function lastEvent(api: ApiServer, { namespace }: ServiceName, uid: string): Promise<string | undefined> {
  const selector = encodeURIComponent(`involvedObject.uid=${uid}`);
  const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=${selector}`;
  const answer = await orTrouble(api.ask(path));
  if (answer instanceof Error || answer.status !== 200) return undefined;
  const event = eventsSchema.safeParse(readJson(answer.body)).data?.items.at(-1);
  if (event === undefined) return undefined;
  return [event.reason, event.message].filter((part) => part !== undefined && part !== "").join(": ");
}
