import { seenClusters } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** Clusters whose DNS answers nobody: proxies that start do not find their istiod by its name. */
export function silentDns(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts: { name }, seen: { dns } }) => {
    if (dns === undefined || dns === "none" || dns.readyCount > 0) return [];
    const stopped = dns.deployments.filter(({ replicas }) => replicas === 0).map((deployment) => deployment.name);
    return [
      {
        clusters: [name],
        found: "the cluster's DNS answers nobody: proxies that start do not find their istiod, and clients no service",
        proof: [
          "Service kube-dns in kube-system: no endpoint is ready",
          ...stopped.map((deployment) => `Deployment ${deployment}: spec.replicas is 0`),
        ],
        fix:
          stopped.length > 0
            ? `Scale it up: \`kubectl --namespace kube-system scale deployment ${stopped.join(" ")} --replicas 2\`.`
            : "Look at its pods and their events: `kubectl --namespace kube-system describe pods --selector k8s-app=kube-dns`.",
      },
    ];
  });
}
