import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** Clusters in which another mesh's istiod stands beside. */
export function otherIstiods({ clusters }: MeshSnapshot): MeshFinding[] {
  return clusters.flatMap(({ cluster, otherIstiods: found = [], webhooks = [] }) => {
    const [first] = found;
    if (first === undefined) return [];
    const asked = webhooks.filter(({ service }) => found.some(({ namespace }) => namespace === service?.namespace));
    return [
      {
        clusters: [cluster],
        found: `another mesh stands in the cluster, with an istiod in ${[...new Set(found.map(({ namespace }) => namespace))].join(", ")}: both inject into the same namespaces, and both write their roots there`,
        proof: [
          ...found.map(
            ({ name, namespace, revision }) => `Deployment ${name} in ${namespace}: an istiod of revision ${revision}`,
          ),
          ...new Set(asked.map(({ configuration, service }) => `${configuration} asks ${service?.namespace ?? ""}`)),
        ],
        fix: `Remove the one that is not meant to be there, by what installed it (\`helm --namespace ${first.namespace} list\`); two meshes in one cluster need discovery selectors that keep their namespaces apart.`,
      },
    ];
  });
}
