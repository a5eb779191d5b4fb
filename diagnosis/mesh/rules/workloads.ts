import { networkLabel, samenessOf, type SamenessPlan } from "../../../topology";
import { seenClusters } from "../clusters";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot } from "../snapshot";
import { isInjecting } from "./injection";

/** Pods without a sidecar where pods are to get one: they take no part in the mesh, and calls to other networks fail. */
export function podsWithoutSidecar({ clusters, mesh }: MeshSnapshot): MeshFinding[] {
  const injecting = new Set(mesh.namespaces.filter(({ labels }) => isInjecting(labels)).map(({ name }) => name));
  return clusters.flatMap(({ cluster, podsWithoutSidecar: found = [] }) => {
    const without = found.filter(({ namespace }) => injecting.has(namespace));
    const namespaces = [...new Set(without.map(({ namespace }) => namespace))];
    if (without.length === 0) return [];
    return [
      {
        clusters: [cluster],
        found: `${without.length === 1 ? "a pod has" : `${String(without.length)} pods have`} no sidecar where pods are to have one: they call and are called in plain text, and not by other networks`,
        proof: without.map(({ namespace, pod }) => `pod ${pod} in ${namespace} has no container istio-proxy`),
        fix: `Make them again, now that they are injected into: ${namespaces.map((name) => `\`kubectl --namespace ${name} rollout restart deployment\``).join(", ")}; one that is to have none is to be labelled sidecar.istio.io/inject=false.`,
      },
    ];
  });
}

/** Pods that say another network than their cluster's: others look for them behind the gateway of that one. */
export function podsOfOtherNetworks(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts: { name, network }, seen: { podNetworks = [] } }) => {
    const apart = podNetworks.filter((one) => one.network !== network);
    const [first] = apart;
    if (first === undefined) return [];
    return [
      {
        clusters: [name],
        found: `${apart.length === 1 ? "a pod says" : `${String(apart.length)} pods say`} that ${apart.length === 1 ? "it is" : "they are"} on network ${[...new Set(apart.map((one) => one.network))].join(", ")}, and the cluster is on ${network}: calls go to the gateway of that one, or nowhere`,
        proof: apart.map((one) => `pod ${one.pod} in ${one.namespace}: ${networkLabel}=${one.network}`),
        fix: `Take the label ${networkLabel} out of the template of what makes it: \`kubectl --namespace ${first.namespace} get deployments,statefulsets,daemonsets --output wide\`.`,
      },
    ];
  });
}

/** Istio's own way, where nobody has said another. */
const sharedAll: SamenessPlan = { plainServices: "shared", exceptions: [] };

/** Services of one name and namespace that are one, and differ between clusters of which one calls the other. */
export function differingServices(snapshot: MeshSnapshot): MeshFinding[] {
  const known = seenClusters(snapshot).flatMap(({ facts: { name, reaches }, seen }) => {
    return seen.services === undefined ? [] : [{ name, reaches, shapes: shapesOf(seen) }];
  });
  const { sameness = sharedAll } = snapshot.mesh;
  const names = [...new Set(known.flatMap(({ shapes }) => [...shapes.keys()]))]
    .filter((service) => {
      const [namespace = "", name = ""] = service.split("/");
      return samenessOf(sameness, { name, namespace }) === "shared";
    })
    .sort();
  return names.flatMap((service) => {
    const standing = known.flatMap(({ name, reaches, shapes }) => {
      const shape = shapes.get(service);
      return shape === undefined ? [] : [{ name, reaches, shape }];
    });
    const apart = standing.filter(({ name, reaches, shape }) =>
      standing.some((other) => other.shape !== shape && (reaches.includes(other.name) || other.reaches.includes(name))),
    );
    if (apart.length === 0) return [];
    return [
      {
        clusters: apart.map(({ name }) => name),
        found: `Service ${service} is not the same everywhere: to Istio it is one, and calls fail where it differs`,
        proof: apart.map(({ name, shape }) => `${name}: ${shape}`),
        fix: `Give it the same ports, with the same names, in all of them (\`kubectl --namespace ${service.split("/")[0] ?? ""} edit service ${service.split("/")[1] ?? ""}\`), or another name where it is another service.`,
      },
    ];
  });
}

function shapesOf({ services = [] }: ClusterSnapshot): Map<string, string> {
  return new Map(services.map(({ name, namespace, shape }) => [`${namespace}/${name}`, shape]));
}
