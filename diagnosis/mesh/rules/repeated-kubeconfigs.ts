import { remoteSecretName, systemNamespace } from "../../../topology";
import { seenControlPlanes } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** Clusters of which an istiod is given several kubeconfigs: it goes by whichever it reads first. */
export function repeatedKubeconfigs(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { name, reads }, seen: { remoteKubeconfigs = [] } }) =>
    reads.flatMap((target) => {
      const given = remoteKubeconfigs.filter(({ isLabelled, key }) => isLabelled && key === target);
      if (given.length < 2) return [];
      const others = given.filter(({ secret }) => secret !== remoteSecretName);
      const superfluous = others.length === given.length ? others.slice(1) : others;
      return [
        {
          clusters: [name, target],
          found: `several Secrets give the istiod of ${name} a kubeconfig of ${target}: it goes by the one that it reads first, and by another one when it starts anew`,
          proof: given.map(({ key, secret, server = "" }) => `Secret ${secret}: key ${key} leads to ${server}`),
          fix: `Leave one of them: \`kubectl --namespace ${systemNamespace} delete secret ${superfluous.map(({ secret }) => secret).join(" ")}\` in ${name}.`,
        },
      ];
    }),
  );
}
