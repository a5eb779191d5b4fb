import type { X509Certificate } from "node:crypto";
import type { V1ConfigMap } from "@kubernetes/client-node";
import { rootConfigMap, systemNamespace } from "../../topology";
import { proxyContainer, readProxySecrets } from "../../preflight";
import { certificatesIn, fingerprintsOf, spiffeIdentity, trustDomainOf } from "../../trust";
import { controlPlanesOf, type Finding, type VerifyContext } from "./check";
import { leftOutWords } from "./control-plane";
import { chainTrouble } from "./certificates";

const execTimeoutMs = 10_000;

/** What workloads trust is the same in all clusters that are served. */
export async function sharedRoot(
  context: VerifyContext,
  clusters: readonly string[],
  without: ReadonlySet<string>,
): Promise<Finding> {
  const isServed = (cluster: string): boolean =>
    [cluster, ...controlPlanesOf(context.plan, [cluster])].every((name) => !without.has(name));
  const served = clusters.filter(isServed);
  if (served.length === 0) return { ok: false, message: "no cluster is served by an istiod", isVoid: true };
  const roots = await Promise.all(
    served.map(async (cluster) => ({ cluster, roots: fingerprintsOf(await rootsOf(context, cluster)).join(" ") })),
  );
  const groups = new Map<string, string[]>();
  for (const { cluster, roots: bundle } of roots) groups.set(bundle, [...(groups.get(bundle) ?? []), cluster]);
  const leftOut = leftOutWords(clusters.filter((cluster) => !isServed(cluster)));
  if (groups.size === 1) {
    return { ok: true, message: [`root SHA-256 ${[...groups.keys()].join()}`, ...leftOut].join("; ") };
  }

  const differing = [...groups].map(([bundle, members]) => `${members.join(", ")}: ${shorten(bundle)}`);
  return { ok: false, message: `roots differ: ${differing.join("; ")}` };
}

/** The certificates that the sample's proxies present lead to the root, and belong to the mesh's trust domain. */
export async function workloadChain(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const roots = await rootsOf(context, cluster);
  const findings = await Promise.all(
    context.sample
      .podsIn(cluster)
      .map(async (pod) => identityFinding(await chainOf(context, cluster, pod), roots, context.plan.trustDomain)),
  );
  const troubles = findings.filter((finding) => !finding.ok);
  return { ok: troubles.length === 0, message: (troubles[0] ?? findings[0])?.message ?? "" };
}

/** Judges a workload's chain. Pure. */
export function identityFinding(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  trustDomain: string,
): Finding {
  const trouble = chainTrouble(chain, roots);
  if (trouble !== undefined) return { ok: false, message: trouble };
  const identity = chain[0] === undefined ? undefined : spiffeIdentity(chain[0]);
  if (identity === undefined) return { ok: false, message: "the certificate has no SPIFFE identity" };
  if (trustDomainOf(identity) !== trustDomain) {
    return { ok: false, message: `${identity} is not of trust domain ${trustDomain}` };
  }
  return { ok: true, message: `${identity} chains to the root` };
}

/** What istiod gives every workload of a cluster to trust. */
async function rootsOf(context: VerifyContext, cluster: string): Promise<X509Certificate[]> {
  const path = `/api/v1/namespaces/${systemNamespace}/configmaps/${rootConfigMap}`;
  const { data } = await context.client(cluster).get<V1ConfigMap>(path);
  const roots = certificatesIn(data?.["root-cert.pem"] ?? "");
  if (roots.length === 0) throw new Error(`ConfigMap ${rootConfigMap} of ${cluster} holds no certificate`);
  return roots;
}

async function chainOf(context: VerifyContext, cluster: string, pod: string): Promise<readonly X509Certificate[]> {
  const target = { namespace: context.sample.namespace, pod, container: proxyContainer };
  const { issuers, leaf } = await readProxySecrets(context.client(cluster), target, execTimeoutMs);
  return leaf === undefined ? [] : [leaf, ...issuers];
}

/** Enough of a fingerprint to tell two apart in a line. */
function shorten(fingerprint: string): string {
  return fingerprint
    .split(" ")
    .map((one) => `${one.slice(0, 23)}…`)
    .join(" ");
}
