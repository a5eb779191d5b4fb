import { crossNetworkPort, matchesLabels, systemNamespace, type Labels } from "../../../topology";
import { seenClusters, seenOf } from "../clusters";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot } from "../snapshot";
import type { NetworkPolicySeen, PassageSeen } from "../surroundings";

/** At these an istiod is asked: by proxies, and by API servers about new pods (istio.io, ports used by Istio). */
const istiodPorts: readonly number[] = [15012, 15017];

/** Pods that must be reached, or reach others. */
interface Needy {
  readonly what: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** Ports at which they are called; none for any. */
  readonly ports: readonly number[];
}

/** Where NetworkPolicies keep every call from an istiod, an east-west gateway or the workloads of a namespace. */
export function blockingNetworkPolicies(snapshot: MeshSnapshot): MeshFinding[] {
  return snapshot.clusters.flatMap((seen) => {
    const { cluster, networkPolicies = [] } = seen;
    if (networkPolicies.length === 0) return [];
    const blocked = needyIn(snapshot, seen).flatMap((needy) => [
      ...shut(networkPolicies, needy, "ingress"),
      ...shut(networkPolicies, needy, "egress"),
    ]);
    if (blocked.length === 0) return [];
    const policies = [...new Set(blocked.flatMap((one) => one.policies))];
    return [
      {
        clusters: [cluster],
        found: `NetworkPolicies let ${blocked.map(({ words }) => words).join(", and ")}`,
        proof: blocked.flatMap((one) =>
          one.policies.map(
            ({ name, namespace }) => `NetworkPolicy ${name} in ${namespace}: one of those that let ${one.words}`,
          ),
        ),
        fix: `Allow it in one of them, or remove those that are not meant: ${policies.map(({ name, namespace }) => `\`kubectl --namespace ${namespace} delete networkpolicy ${name}\``).join(", ")}. They count where the cluster's network goes by them.`,
      },
    ];
  });
}

function needyIn(snapshot: MeshSnapshot, seen: ClusterSnapshot): Needy[] {
  const { cluster, system } = seen;
  const podsOf = (what: string, selector: Labels, ports: readonly number[]): Needy[] =>
    (system?.pods ?? [])
      .map(({ metadata }) => metadata?.labels ?? {})
      .filter((labels) => matchesLabels({ matchLabels: selector }, labels))
      .slice(0, 1)
      .map((labels) => ({ what, namespace: systemNamespace, labels, ports }));
  const gateway = seenClusters(snapshot).find(({ facts }) => facts.name === cluster)?.facts.eastWestGateway;
  const isControlPlane = snapshot.mesh.controlPlanes.some(({ name }) => name === cluster);
  return [
    ...(isControlPlane && seenOf(snapshot, cluster) !== undefined
      ? podsOf("istiod", { app: "istiod" }, istiodPorts)
      : []),
    ...(gateway === undefined ? [] : podsOf("the east-west gateway", { istio: "eastwestgateway" }, [crossNetworkPort])),
    ...snapshot.mesh.namespaces
      .filter(({ clusters }) => clusters.includes(cluster))
      .map(({ name }) => ({ what: `the workloads of ${name}`, namespace: name, labels: {}, ports: [] })),
  ];
}

/**
 * Policies that together let nothing through to or from some pods, at a port that they need. From whom something may come is
 * not judged: what lets in anybody at the port counts as letting in those who need it.
 */
function shut(
  policies: readonly NetworkPolicySeen[],
  { labels, namespace, ports, what }: Needy,
  way: "ingress" | "egress",
): { readonly words: string; readonly policies: readonly NetworkPolicySeen[] }[] {
  const counting = policies.filter(
    (policy) =>
      policy.namespace === namespace && policy[way] !== undefined && matchesLabels(policy.podSelector, labels),
  );
  if (counting.length === 0) return [];
  const passages = counting.flatMap((policy) => policy[way] ?? []);
  const wanted = way === "egress" || ports.length === 0 ? [undefined] : ports;
  const closed = wanted.filter((port) => !passages.some((passage) => admits(passage, port)));
  if (closed.length === 0) return [];
  const at = closed.flatMap((port) => port ?? []);
  const words =
    way === "egress"
      ? `${what} call nobody`
      : `nobody call ${what}${at.length === 0 ? "" : ` at port ${at.join(", ")}`}`;
  return [{ words, policies: counting }];
}

function admits({ ports }: PassageSeen, port: number | undefined): boolean {
  if (ports.length === 0 || port === undefined) return true;
  // A name is of a port of some container: which one is not known here.
  return ports.some(({ first, last = first }) => typeof first === "string" || (first <= port && port <= Number(last)));
}
