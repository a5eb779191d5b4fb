import { CommandFailed, jsonIn, KubernetesError, type ExecTarget } from "../../access";
import { proxyContainer, readProxySecrets } from "../../preflight";
import { spiffeIdentity, trustDomainOf } from "../../trust";
import type { Finding, VerifyContext } from "./check";
import { clientName, helloworldName, helloworldPodName, sharedHostOf } from "./sample-manifests";

const execTimeoutMs = 10_000;

/** What of Envoy's dump of its clusters says whom it takes for their servers. */
interface ClustersDump {
  readonly configs?: readonly {
    readonly cluster?: {
      readonly transport_socket_matches?: readonly {
        readonly transport_socket?: {
          readonly typed_config?: {
            readonly common_tls_context?: {
              readonly combined_validation_context?: {
                readonly default_validation_context?: {
                  readonly match_subject_alt_names?: readonly { readonly exact?: string }[];
                };
              };
            };
          };
        };
      }[];
    };
  }[];
}

/**
 * Whom a proxy accepts as servers of what it calls, from Envoy's own dump: empty where it calls without mutual TLS. Pure.
 * @param dump Answer of the administration port to `config_dump?resource=dynamic_active_clusters`, of some clusters.
 * @throws SyntaxError where it is none.
 */
export function acceptedIdentities(dump: string): string[] {
  const { configs = [] } = jsonIn(dump) as ClustersDump;
  const sockets = configs.flatMap(({ cluster }) => cluster?.transport_socket_matches ?? []);
  const names = sockets.flatMap(
    ({ transport_socket: socket }) =>
      socket?.typed_config?.common_tls_context?.combined_validation_context?.default_validation_context
        ?.match_subject_alt_names ?? [],
  );
  return [...new Set(names.flatMap(({ exact }) => (exact === undefined ? [] : [exact])))].sort();
}

/**
 * Whether callers refuse a server by its identity, which no answer says where another one answers in its place.
 * @returns What is so and what to do; undefined where that is not it.
 */
export async function refusedIdentity(
  context: VerifyContext,
  [from = "", to = ""]: readonly string[],
): Promise<Pick<Finding, "message" | "hint"> | undefined> {
  try {
    const [accepted, presented] = await Promise.all([acceptedBy(context, from), presentedBy(context, to)]);
    return presented === undefined
      ? undefined
      : refusalOf({ accepted, presented, from, to, servedBy: servedBy(context, from) });
  } catch (error) {
    const isOfProxy =
      error instanceof CommandFailed || error instanceof KubernetesError || error instanceof SyntaxError;
    if (!isOfProxy) throw error;
    return { message: `whom its proxy accepts is not known: ${error.message}` };
  }
}

/** Judges whom callers of a cluster accept by what the called one presents. Pure. */
export function refusalOf(seen: {
  readonly accepted: readonly string[];
  readonly presented: string;
  readonly from: string;
  readonly to: string;
  /** The cluster whose istiod serves the callers. */
  readonly servedBy: string;
}): Pick<Finding, "message" | "hint"> | undefined {
  const { accepted, from, presented, servedBy: istiod, to } = seen;
  if (accepted.length === 0 || accepted.includes(presented)) return undefined;
  const mistaken = accepted.find((one) => accountOf(one) === accountOf(presented));
  if (mistaken === undefined) {
    return {
      message: `callers in ${from} refuse the identity of its pods, ${presented}: they accept ${accepted.join(", ")}`,
    };
  }
  return {
    message: `callers in ${from} refuse the identity of its pods, ${presented}: they take them for ${mistaken}`,
    hint:
      `The istiod in ${istiod} takes the pods of ${to} for ones of the trust domain ${trustDomainOf(mistaken)}: ` +
      `it goes by \`trustDomain\` in the ConfigMap istio of istio-system in ${to}, and by cluster.local where there is none. ` +
      "What is called in that cluster alone is not answered.",
  };
}

async function acceptedBy(context: VerifyContext, from: string): Promise<string[]> {
  const { plan, sample } = context;
  const host = sharedHostOf(plan, sample.namespace, from) ?? `${helloworldName}.${sample.namespace}.svc`;
  const path = `config_dump?resource=dynamic_active_clusters&name_regex=.*${host}.*`;
  const command = ["pilot-agent", "request", "GET", path];
  return acceptedIdentities(
    await context.client(from).exec(proxyOf(sample.namespace, clientName), command, execTimeoutMs),
  );
}

async function presentedBy(context: VerifyContext, to: string): Promise<string | undefined> {
  const { sample } = context;
  const target = proxyOf(sample.namespace, helloworldPodName(sample.versionOf(to)));
  const { leaf } = await readProxySecrets(context.client(to), target, execTimeoutMs);
  return leaf && spiffeIdentity(leaf);
}

const proxyOf = (namespace: string, pod: string): ExecTarget => ({ namespace, pod, container: proxyContainer });

function servedBy({ plan }: VerifyContext, cluster: string): string {
  const site = plan.clusters.find(({ name }) => name === cluster);
  if (site === undefined) throw new RangeError(`no cluster ${cluster}`);
  return site.controlPlane;
}

/** What of an identity is the same in every trust domain. */
function accountOf(identity: string): string {
  return identity.replace(/^spiffe:\/\/[^/]*/, "");
}
