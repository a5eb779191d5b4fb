import { clusterDomainOf, isForAll, oldestOf, sitesOf, systemNamespace, type PolicySpec } from "../../topology";
import { KubernetesError } from "../../access";
import { kubectl, stoppingPolicies } from "../../preflight";
import type { Finding, VerifyContext } from "./check";

/** An object of Istio's in the system namespace, from which it counts for the whole mesh. */
interface RootObject {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly spec?: PolicySpec;
}

/** One of them, with what it says. */
interface RootPolicy {
  readonly name: string;
  readonly createdAt: string;
  readonly spec: PolicySpec;
}

/** No policy for the whole mesh stops its calls. A mesh in which one does is not called in vain for half a minute. */
export async function callsAllowed(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const listed = async (group: string, kind: string): Promise<RootPolicy[]> => {
    const path = `/apis/${group}/v1/namespaces/${systemNamespace}/${kind}`;
    return (await context.client(cluster).list<RootObject>(path)).map(({ metadata, spec = {} }) => {
      return { name: metadata.name, createdAt: metadata.creationTimestamp ?? "", spec };
    });
  };
  try {
    const [peerAuthentications, authorizationPolicies, destinationRules] = await Promise.all([
      listed("security.istio.io", "peerauthentications"),
      listed("security.istio.io", "authorizationpolicies"),
      listed("networking.istio.io", "destinationrules"),
    ]);
    const counting = oldestOf(peerAuthentications.filter(({ spec }) => isForAll(spec)));
    const domain = clusterDomainOf(
      context.plan.controlPlanes.find(({ configCluster }) => configCluster === cluster)?.values.istiod ?? {},
    );
    const stopping = [
      ...stoppingPolicies({ authorizationPolicies, peerAuthentications: counting === undefined ? [] : [counting] }),
      ...destinationRules
        .filter(({ spec }) => turnsMutualTlsOff(spec, domain))
        .map((policy) => ({ kind: "destinationrule", policy, effect: "has every caller in the mesh send plain text" })),
    ];
    const [first] = stopping;
    if (first === undefined) return { ok: true, message: `no policy of ${systemNamespace} stops calls` };
    return {
      ok: false,
      message: stopping.map(({ effect, kind, policy }) => `${kind}/${policy.name} ${effect}`).join("; "),
      hint: hintFor(context, cluster, first.kind, first.policy.name),
    };
  } catch (error) {
    if (!(error instanceof KubernetesError && error.status === 403)) throw error;
    return {
      ok: false,
      isWarning: true,
      message: `not known: the policies of ${systemNamespace} may not be read (${error.path})`,
      hint: "Let this user list PeerAuthentications, AuthorizationPolicies and DestinationRules there.",
    };
  }
}

/**
 * Whether a DestinationRule has callers send plain text to every Service. One for a single host or namespace is taken to be
 * meant.
 */
function turnsMutualTlsOff({ exportTo, host, trafficPolicy, workloadSelector }: PolicySpec, domain: string): boolean {
  const { tls } = (trafficPolicy ?? {}) as { readonly tls?: { readonly mode?: unknown } };
  const isExported = !Array.isArray(exportTo) || exportTo.length === 0 || exportTo.includes("*");
  const isForEvery = typeof host === "string" && host.startsWith("*") && `.svc.${domain}`.endsWith(host.slice(1));
  return isExported && isForEvery && workloadSelector === undefined && tls?.mode === "DISABLE";
}

function hintFor({ plan }: VerifyContext, cluster: string, kind: string, name: string): string {
  const site = sitesOf(plan).find((candidate) => candidate.name === cluster);
  if (site === undefined) throw new RangeError(`no cluster ${cluster}`);
  const edit = kubectl(site, "--namespace", systemNamespace, "edit", kind, name);
  return `Narrow it, or remove it if it is not meant: ${edit}. If it is, leave this out with --skip calls-allowed.`;
}
