import type { MeshPlan } from "../../topology";
import type { Finding, VerifyContext } from "./check";
import { refusedIdentity } from "./identities";
import { oneLine } from "./transfers";

/** The sample's pods run, each with a sidecar. */
export async function sampleReady(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  await context.sample.deploy(cluster);
  const troubles = await context.sample.troubles(cluster);
  if (troubles.length > 0) return { ok: false, message: troubles.join("; ") };
  return { ok: true, message: `helloworld ${context.sample.versionOf(cluster)} and a client, each with a sidecar` };
}

/** A client in one cluster is answered by the version of another. */
export async function helloworldReached(
  context: VerifyContext,
  [from = "", to = ""]: readonly string[],
): Promise<Finding> {
  const wanted = context.sample.versionOf(to);
  const { versions, trouble } = await context.calls.from(from, wanted);
  if (versions.has(wanted)) return { ok: true, message: `answered by ${wanted}` };
  const heard = versions.size === 0 ? "nobody answered" : `only ${[...versions].sort().join(", ")} answered`;
  const { hint, message: refused } = (await refusedIdentity(context, [from, to])) ?? {};
  const words = [heard, trouble && oneLine(trouble), refused].filter((one) => one !== undefined);
  return {
    ok: false,
    message: `no answer from ${wanted}: ${words.join("; ")}`,
    ...(hint === undefined ? (trouble === undefined ? {} : hintFor(trouble)) : { hint }),
  };
}

/** Subjects: each cluster whose workloads know others, where Services are each cluster's own. */
export function clustersWithServicesOfTheirOwn({ clusters, sameness }: MeshPlan): string[][] {
  if (sameness.plainServices === "shared") return [];
  return clusters.filter(({ reaches }) => reaches.length > 1).map(({ name }) => [name]);
}

/** A client that calls a Service is answered in its own cluster alone, though the Service stands in all. */
export async function servicesClusterLocal(
  context: VerifyContext,
  [cluster = ""]: readonly string[],
): Promise<Finding> {
  const own = context.sample.versionOf(cluster);
  const { trouble, versions } = await context.calls.byServiceName(cluster);
  const others = [...versions].filter((version) => version !== own).sort();
  if (others.length > 0)
    return {
      ok: false,
      message: `a Service was answered from elsewhere: by ${others.join(", ")}, and not by ${own} alone`,
    };
  if (versions.has(own)) return { ok: true, message: `a Service was answered by ${own} alone` };
  return {
    ok: false,
    message: `no answer from ${own}${trouble === undefined ? "" : `: ${oneLine(trouble)}`}`,
    ...(trouble === undefined ? {} : hintFor(trouble)),
  };
}

function hintFor(trouble: string): Pick<Finding, "hint"> {
  if (isUnresolved.test(trouble)) return { hint: unresolvedHint };
  return trouble.includes(denied) ? { hint: deniedHint } : {};
}

/** Envoy's own words where a policy denies a call. */
const denied = "RBAC: access denied";

const deniedHint =
  "An AuthorizationPolicy denies the call: look at those of istio-system and of the cluster that is called with `kubectl get authorizationpolicies --all-namespaces`.";

/** curl's own words for a name that the cluster's DNS does not know (its exit code 6). */
const isUnresolved = /could not resolve host/i;

const unresolvedHint =
  "The cluster's own DNS does not know a Service that was just made there. After its API server was away, CoreDNS looks for it ever more rarely, up to once a minute (client-go's backoff): run again. Else look at CoreDNS's pods and log in kube-system.";
