import type { MeshConfig } from "../../topology";
import { deployClient, deployServer, type HelloServer } from "./hello-server";
import type { Phase, Shape } from "./shape-trial";

/** Three clusters on two networks: branch is a remote of east and on its network, west is a primary elsewhere. */
export const clusters = {
  east: { network: "network1", access: { context: "lab-east" } },
  branch: { network: "network1", controlPlane: "east", access: { context: "lab-branch" } },
  west: { network: "network2", access: { context: "lab-west" } },
} as const;
export type ClusterName = keyof typeof clusters;
export const clusterNames = Object.keys(clusters) as ClusterName[];

export const namespace = "shop";
export const namespaces: MeshConfig["namespaces"] = { [namespace]: {} };

/** They, as callers of what is in the namespace. */
export const threeClusters: Shape<ClusterName> = {
  clusters: clusterNames,
  namespace,
  entryOf: (caller) => (caller === "branch" ? "east" : caller),
};

/** Servers of a service in a cluster. */
export const serverOf = (name: string, cluster: ClusterName, replicas: number): HelloServer => ({
  cluster,
  namespace,
  name,
  replicas,
});

/** Deploys a client and a server of a service in each cluster. */
export async function deployEverywhere(service: string): Promise<void> {
  await Promise.all(
    clusterNames.flatMap((cluster) => [deployClient(cluster, namespace), deployServer(serverOf(service, cluster, 1))]),
  );
}

/** Each is answered by its own cluster. */
export const allThere: Phase<ClusterName>["answers"] = { east: "east", branch: "branch", west: "west" };

/** All are answered by one cluster. */
export const answeredBy = (cluster: ClusterName): Phase<ClusterName>["answers"] => ({
  east: cluster,
  branch: cluster,
  west: cluster,
});
