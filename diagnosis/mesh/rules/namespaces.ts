import { networkLabel, systemNamespace } from "../../../topology";
import { seenClusters } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";
import { injectionLabels } from "./injection";

/** Clusters without an `istio-system`. */
export function missingSystemNamespaces({ clusters }: MeshSnapshot): MeshFinding[] {
  return clusters.flatMap(({ cluster, namespaces, webhooks = [] }) => {
    if (namespaces === undefined || namespaces.some(({ name }) => name === systemNamespace)) return [];
    // An injector that nobody answers for is refused as another Istio's, and stands in the way of every pod.
    const left = webhooks.filter(({ kind, service }) => kind === "injector" && service?.namespace === systemNamespace);
    const names = [...new Set(left.map(({ configuration }) => configuration))];
    return [
      {
        clusters: [cluster],
        found: `there is no namespace ${systemNamespace}: the mesh is not installed there`,
        proof: [`no namespace ${systemNamespace}`, ...names.map((name) => `${name} asks an istiod there still`)],
        fix:
          names.length === 0
            ? "Run `isthmus up`; where it was there once, `isthmus up --refresh`."
            : `Remove what it has left, \`kubectl delete mutatingwebhookconfiguration ${names.join(" ")}\`, then run \`isthmus up --refresh\`.`,
      },
    ];
  });
}

/** Clusters whose `istio-system` names another network than theirs, or none. */
export function wrongNetworkLabels(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts: { name, network }, seen: { namespaces = [] } }) => {
    const system = namespaces.find((namespace) => namespace.name === systemNamespace);
    const found = system?.labels[networkLabel];
    if (system === undefined || (found ?? "") === network) return [];
    return [
      {
        clusters: [name],
        found:
          found === undefined
            ? `${systemNamespace} does not say its network, so that istiods elsewhere give the addresses of its pods to other networks`
            : `${systemNamespace} says that the cluster is on network ${found}, and it is on ${network}`,
        proof: [`namespace ${systemNamespace}: ${networkLabel}=${found ?? ""}`],
        fix: `Run \`kubectl label namespace ${systemNamespace} ${networkLabel}=${network} --overwrite\` there.`,
      },
    ];
  });
}

/** Namespaces of the mesh's workloads whose pods get no sidecar, or another revision's. */
export function wrongInjectionLabels({ clusters, mesh }: MeshSnapshot): MeshFinding[] {
  return clusters.flatMap(({ cluster, namespaces = [] }) => {
    const wrong = mesh.namespaces.flatMap((wanted) => {
      const seen = wanted.clusters.includes(cluster) ? namespaces.find(({ name }) => name === wanted.name) : undefined;
      if (seen === undefined) return [];
      return injectionLabels
        .filter((label) => seen.labels[label] !== wanted.labels[label])
        .map((label) => ({ name: wanted.name, label, found: seen.labels[label], expected: wanted.labels[label] }));
    });
    const [first] = wrong;
    if (first === undefined) return [];
    return [
      {
        clusters: [cluster],
        found: `namespace ${first.name} is not labelled for injection as the mesh's file says, so that new pods get no sidecar or another one`,
        proof: wrong.map(({ expected = "", found = "", label, name }) => {
          return `namespace ${name}: ${label}=${found}, to be ${label}=${expected}`;
        }),
        fix: "Run `isthmus drift --repair`, which puts the labels back, and restart the pods that were made meanwhile.",
      },
    ];
  });
}

/** Namespaces of the mesh's workloads that a cluster is to have and has not. */
export function missingNamespaces({ clusters, mesh }: MeshSnapshot): MeshFinding[] {
  return clusters.flatMap(({ cluster, namespaces }) => {
    if (namespaces === undefined) return [];
    const missing = mesh.namespaces
      .filter((wanted) => wanted.clusters.includes(cluster) && !namespaces.some(({ name }) => name === wanted.name))
      .map(({ name }) => name);
    if (missing.length === 0) return [];
    return [
      {
        clusters: [cluster],
        found: `there is no namespace ${missing.join(", ")}, which the mesh's file has for workloads`,
        proof: missing.map((name) => `no namespace ${name}`),
        fix: "Run `isthmus up --refresh`, which makes it again, then install its workloads; or take it out of the mesh's file.",
      },
    ];
  });
}
