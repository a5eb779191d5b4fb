import type { V1Namespace } from "@kubernetes/client-node";
import { crossNetworkPort, hasCrossNetworkGateway, networkLabel, systemNamespace, type MeshPlan } from "../../topology";
import { configClustersOf, eachConfigCluster, type Finding, type VerifyContext } from "./check";

/** Subjects: each cluster, where there are several networks. */
export function clustersOnNetworks(plan: MeshPlan): string[][] {
  const isOnSeveral = new Set(plan.clusters.map(({ network }) => network)).size > 1;
  return isOnSeveral ? plan.clusters.map(({ name }) => [name]) : [];
}

/** The system namespace says which network a cluster is on: by that istiod knows where its pods are. */
export async function networkLabelled(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const wanted = context.plan.clusters.find(({ name }) => name === cluster)?.network;
  if (wanted === undefined) throw new RangeError(`no cluster ${cluster}`);
  const { metadata } = await context.client(cluster).get<V1Namespace>(`/api/v1/namespaces/${systemNamespace}`);
  const found = metadata?.labels?.[networkLabel];
  if (found === wanted) return { ok: true, message: `on network ${wanted}` };
  const instead = found === undefined ? "does not have the label" : `says ${found}`;
  return { ok: false, message: `${networkLabel} of ${systemNamespace} is to say ${wanted}, and ${instead}` };
}

/** Subjects: clusters that hold the configuration of gateways between networks. */
export function clustersWithCrossNetworkGateway(plan: MeshPlan): string[][] {
  return eachConfigCluster(plan).filter(([name = ""]) => hasCrossNetworkGateway(plan, name));
}

/** Needed of: the cluster with the configuration of the gateways by which one is called from another network. */
export function gatewayConfigurationOf(plan: MeshPlan, [from = "", to = ""]: readonly string[]): readonly string[] {
  const networkOf = (cluster: string): string | undefined =>
    plan.clusters.find(({ name }) => name === cluster)?.network;
  return networkOf(from) === networkOf(to) ? [] : configClustersOf(plan, [to]);
}

/** A Gateway of Istio's, as far as it says what it lets in. */
interface IstioGateway {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly servers?: readonly {
      readonly port?: { readonly number?: number };
      readonly tls?: { readonly mode?: string };
    }[];
  };
}

/** A Gateway has the east-west gateways pass the calls of other networks on. */
export async function crossNetworkGateway(context: VerifyContext, [cluster = ""]: readonly string[]): Promise<Finding> {
  const path = `/apis/networking.istio.io/v1/namespaces/${systemNamespace}/gateways`;
  const gateways = (await context.client(cluster).list<IstioGateway>(path)).filter(({ spec }) =>
    spec?.servers?.some(({ port, tls }) => port?.number === crossNetworkPort && tls?.mode === "AUTO_PASSTHROUGH"),
  );
  const names = gateways.map(({ metadata }) => metadata.name).join(", ");
  const what = `calls of other networks pass on port ${crossNetworkPort}`;
  if (names !== "") return { ok: true, message: `${names} lets ${what}` };
  return { ok: false, message: `no Gateway in ${systemNamespace} lets ${what} (AUTO_PASSTHROUGH)` };
}
