import type { MeshConfig } from "../../topology";
import { addressOf, deployClient, deployServer, helloPorts, type HelloServer } from "./hello-server";
import { kubectl } from "./lab-stack";

/** Two primaries on two networks. Calls come from east. */
const clusters = {
  east: { network: "east", access: { context: "lab-east" } },
  west: { network: "west", access: { context: "lab-west" } },
};
export type ClusterName = keyof typeof clusters;

/** The servers of a cluster: of one name and in one namespace in both, so that Istio alone takes them for one service too. */
export function serversIn(cluster: ClusterName): HelloServer {
  return { cluster, namespace: "shop", name: "shop", replicas: 2 };
}

const { name, namespace } = serversIn("east");

/**
 * Whose way of failing over: that of a global service with the defaults, that of one whose tries take a second at most, and
 * that of Istio alone, of a Service of one name and namespace in both clusters. The pods are the same.
 */
export type Policy = "defaults" | "perTryTimeoutSeconds: 1" | "Istio alone";

const hosts: Readonly<Record<Policy, string>> = {
  defaults: "shop.global",
  "perTryTimeoutSeconds: 1": "shop-repeated.global",
  "Istio alone": `${name}.${namespace}.svc.cluster.local`,
};

/** The parts of a mesh that has the service. @param first The cluster that is called first. Default: the caller's. */
export function meshOf(first?: ClusterName): Pick<MeshConfig, "clusters" | "namespaces" | "globalServices"> {
  const common = {
    namespace,
    selector: { app: name },
    ports: helloPorts,
    ...(first === undefined ? {} : { first }),
  };
  return {
    clusters,
    namespaces: { [namespace]: {} },
    globalServices: {
      services: {
        shop: { ...common, name: hosts.defaults },
        "shop-repeated": {
          ...common,
          name: hosts["perTryTimeoutSeconds: 1"],
          failover: { perTryTimeoutSeconds: 1 },
        },
      },
    },
  };
}

/** Deploys the servers in both clusters, and the client. */
export async function deployAll(): Promise<void> {
  await Promise.all([
    ...Object.keys(clusters).map((cluster) => deployServer(serversIn(cluster as ClusterName))),
    deployClient("east", namespace),
  ]);
}

/** A name by which the service is called under a policy, and its address for the client. */
export interface PolicyName {
  readonly policy: Policy;
  readonly host: string;
  readonly address: string;
}

/** The names, one for each policy. */
export async function policyNames(): Promise<PolicyName[]> {
  const service = ["-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.clusterIP}"];
  return await Promise.all(
    (Object.keys(hosts) as Policy[]).map(async (policy) => {
      const host = hosts[policy];
      const isGlobal = policy !== "Istio alone";
      const address = isGlobal ? await addressOf("east", namespace, host) : await kubectl("east", ...service);
      return { policy, host, address };
    }),
  );
}
