import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../access";
import type { ProxyCertificateSeen } from "../../diagnosis";
import { readSomeProxies, type ProxyName } from "../../preflight";
import { systemNamespace } from "../../topology";
import { seen } from "./certificates-seen";
import type { Parts } from "./parts";
import { hasProxy } from "./workloads-seen";

/** So many of a cluster are asked: to ask one takes a tenth of a second, and what they suffer from they have in common. */
const askedAtMost = 8;

/** Whoever takes longer is left out: the others are not to wait for it. */
const podTimeoutMs = 3_000;

/**
 * What some proxies of a cluster present and trust: of each gateway in `istio-system` and each other namespace the one that
 * has run for longest, since that is the likeliest to have missed something. `isthmus trust status` asks all.
 * @param pods Those that run.
 */
export async function proxyCertificatesSeen(
  client: Pick<ClusterClient, "exec" | "get">,
  pods: readonly V1Pod[],
  parts: Parts,
): Promise<ProxyCertificateSeen[]> {
  const { proxies, unread } = await readSomeProxies(client, eldest(pods).slice(0, askedAtMost), { podTimeoutMs });
  for (const { namespace, pod, reason } of unread) {
    parts.leaveOut({ what: `certificates of the proxy of ${pod} in ${namespace}`, reason });
  }
  return proxies.map(({ issuers, leaf, namespace, pod, roots }) => ({
    namespace,
    pod,
    notAfter: leaf.notAfter.toISOString(),
    chain: seen(issuers, roots),
    roots: seen(roots),
  }));
}

/** Those with a proxy that is ready, one of each kind. Pure. */
function eldest(pods: readonly V1Pod[]): ProxyName[] {
  const ready = pods
    .filter((pod) => hasProxy(pod) && isReady(pod))
    .toSorted((one, other) => startOf(one) - startOf(other));
  const kinds = Map.groupBy(ready, ({ metadata }) => {
    const namespace = metadata?.namespace ?? "";
    return namespace === systemNamespace ? `${namespace}/${metadata?.ownerReferences?.[0]?.name ?? ""}` : namespace;
  });
  return [...kinds.values()].flatMap(([first]) => {
    return first === undefined ? [] : [{ namespace: first.metadata?.namespace ?? "", pod: first.metadata?.name ?? "" }];
  });
}

/** One that is not has no certificate yet, or does not answer. */
function isReady({ status }: V1Pod): boolean {
  return (status?.conditions ?? []).some((condition) => condition.type === "Ready" && condition.status === "True");
}

function startOf({ metadata }: V1Pod): number {
  return new Date(metadata?.creationTimestamp ?? 0).getTime();
}
