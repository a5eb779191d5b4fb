import { isNotFound, type ClusterClient } from "../../../access/connection/cluster-client";
import { CommandFailed } from "../../../access/connection/container-command";
import { KubernetesError } from "../../../access/connection/kubernetes-error";
import { turnstile } from "../../../access/connection/turnstile";
import type { ProxyName, ProxyTrust, UnreadProxy } from "./cluster-trust";
import { readProxySecrets, type ReadCertificates } from "./proxy-secrets";

/** The container that Istio's proxy runs in: of a sidecar, a gateway, and of a sidecar that is an init container. */
export const proxyContainer = "istio-proxy";

/** How long reading may take. */
export interface ProxyLimits {
  /** How many pods of a cluster are asked at the same time. Default: 8, each a connection to its kubelet. */
  readonly atOnce?: number;
  /** How long a pod may take, in milliseconds. Default: 10000. */
  readonly podTimeoutMs?: number;
  /** After so many milliseconds no further pod is asked: the rest counts as unread. Default: 120000. */
  readonly timeoutMs?: number;
  /** Ends it early, in the same way. */
  readonly signal?: AbortSignal;
}

/** What proxies have, and which did not say. */
export interface ReadProxies {
  readonly proxies: readonly ProxyTrust[];
  readonly unread: readonly UnreadProxy[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] };
  readonly status?: { readonly phase?: string };
}

interface Container {
  readonly name: string;
  readonly restartPolicy?: string;
}

interface Page {
  readonly metadata?: { readonly continue?: string };
  readonly items: readonly Pod[];
}

/** Pods in one answer. A pod takes some 10 KiB, and a mesh may have ten thousand. */
const pageSize = 250;

/** The running pods of a cluster that have a proxy. @throws KubernetesError where they may not be listed. */
async function proxiesIn(client: Pick<ClusterClient, "get">): Promise<ProxyName[]> {
  const found: ProxyName[] = [];
  for (let next: string | undefined = ""; next !== undefined;) {
    const from: string = next === "" ? "" : `&continue=${encodeURIComponent(next)}`;
    const page: Page = await client.get<Page>(
      `/api/v1/pods?fieldSelector=status.phase%3DRunning&limit=${pageSize}${from}`,
    );
    found.push(...page.items.filter(hasProxy).map(({ metadata: { name, namespace } }) => ({ namespace, pod: name })));
    next = page.metadata?.continue || undefined;
  }
  return found;
}

function hasProxy({ spec }: Pod): boolean {
  const isProxy = ({ name }: Container): boolean => name === proxyContainer;
  const lasting = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...(spec?.containers ?? []), ...lasting].some(isProxy);
}

/**
 * Asks every running proxy of a cluster what it presents and trusts, some at a time. One that is gone by then is left out.
 * @throws KubernetesError where the pods may not be listed.
 */
export async function readProxies(
  client: Pick<ClusterClient, "exec" | "get">,
  limits: ProxyLimits = {},
): Promise<ReadProxies> {
  return readSomeProxies(client, await proxiesIn(client), limits);
}

/** The same of some proxies. */
export async function readSomeProxies(
  client: Pick<ClusterClient, "exec" | "get">,
  names: readonly ProxyName[],
  { atOnce = 8, podTimeoutMs = 10_000, timeoutMs = 120_000, signal }: ProxyLimits = {},
): Promise<ReadProxies> {
  const deadline = performance.now() + timeoutMs;
  const inTurn = turnstile(atOnce);
  const known: ReadCertificates = new Map();
  const read = await Promise.all(
    names.map((name) =>
      inTurn(async () => {
        const left = deadline - performance.now();
        if (left <= 0 || signal?.aborted === true) return { ...name, reason: "there was no time left to ask it" };
        return readProxy(client, name, Math.min(podTimeoutMs, left), known);
      }),
    ),
  );
  const told = read.filter((one) => one !== undefined);
  return {
    proxies: told.flatMap((one) => ("leaf" in one ? [one] : [])),
    unread: told.flatMap((one) => ("reason" in one ? [one] : [])),
  };
}

async function readProxy(
  client: Pick<ClusterClient, "exec" | "get">,
  name: ProxyName,
  timeoutMs: number,
  known: ReadCertificates,
): Promise<ProxyTrust | UnreadProxy | undefined> {
  const { namespace, pod } = name;
  try {
    const target = { namespace, pod, container: proxyContainer };
    const { issuers, leaf, listsPem, roots } = await readProxySecrets(client, target, timeoutMs, known);
    if (leaf === undefined || roots.length === 0) {
      return { ...name, reason: leaf === undefined ? "it has no certificate yet" : "it has no roots yet" };
    }
    const lists = listsPem === undefined ? {} : { listsPem };
    return { ...name, leaf: { notBefore: leaf.validFromDate, notAfter: leaf.validToDate }, issuers, roots, ...lists };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return (await isGone(client, name)) ? undefined : { ...name, reason: error.message };
  }
}

/** Pods come and go while a large cluster is read: one that no longer runs presents nothing. */
async function isGone(client: Pick<ClusterClient, "get">, { namespace, pod }: ProxyName): Promise<boolean> {
  try {
    const { status } = await client.get<Pod>(`/api/v1/namespaces/${namespace}/pods/${pod}`);
    return status?.phase !== "Running";
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return isNotFound(error);
  }
}

/** What keeps one thing from being read, and is told; all else is a mistake of ours. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof KubernetesError || error instanceof CommandFailed || error instanceof SyntaxError;
}
