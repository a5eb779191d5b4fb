import {
  authorizationOutline,
  clusterDomainOf,
  isForAll,
  oldestOf,
  sitesOf,
  systemNamespace,
  type PolicySpec,
} from "../../topology";
import { KubernetesError } from "../../access";
import { kubectl, stoppingPolicies } from "../../preflight";
import type { Finding, VerifyContext } from "./check";
import { rootPolicies, type RootPolicy } from "./root-policies";

/**
 * No policy for the whole mesh stops its calls. A mesh in which one does is not called in vain for half a minute. One that only
 * allows nothing by itself is half of a known pattern: namespaces allow what they need, as the sample's does.
 */
export async function callsAllowed(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const client = context.client(cluster);
  try {
    const [peerAuthentications, authorizationPolicies, destinationRules] = await Promise.all([
      rootPolicies(client, "security.istio.io", "peerauthentications"),
      rootPolicies(client, "security.istio.io", "authorizationpolicies"),
      rootPolicies(client, "networking.istio.io", "destinationrules"),
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
    const message = stopping.map(({ effect, kind, policy }) => `${kind}/${policy.name} ${effect}`).join("; ");
    const hint = hintFor(context, cluster, first.kind, first.policy.name);
    if (stopping.every(isAllowance)) return { ok: false, isWarning: true, message, hint: `${hint} ${byDefaultHint}` };
    return { ok: false, message, hint: `${hint} ${otherwiseHint}` };
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

/** Whether the sample's own policy lets calls through beside it. */
function isAllowance({ kind, policy }: { readonly kind: string; readonly policy: RootPolicy }): boolean {
  return kind === "authorizationpolicy" && authorizationOutline(policy.spec).action === "ALLOW";
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
  return `Narrow it, or remove it if it is not meant: ${edit}.`;
}

const byDefaultHint =
  "If it is, each namespace allows what it needs, as the sample's does for its own calls: accept it with a reason in the mesh's file.";

const otherwiseHint = "If it is, leave this out with --skip calls-allowed.";
