import { istiodContainer, readVersion, systemNamespace } from "../../../topology";
import { seenControlPlanes, seenOf } from "../clusters";
import type { ControlPlaneFacts } from "../facts";
import type { MeshFinding } from "../finding";
import {
  configMapOf,
  configsOf,
  defaultRevision,
  defaultTrustDomain,
  meshConfigFor,
  revisionsIn,
  trustDomainOf,
} from "../mesh-configs";
import type { ClusterSnapshot, MeshSnapshot } from "../snapshot";
import { podsLabelled } from "./istiod";
import { tagOf } from "./versions";

/**
 * Since this minor version of 1 an istiod takes the trust domain of a cluster that it reads from that cluster's own ConfigMap,
 * and its default where there is none (istio, pilot/pkg/serviceregistry/kube/controller/multicluster.go,
 * pkg/config/mesh/watchers.go).
 */
const readsRemoteTrustDomainsFromMinor = 29;

/** Clusters whose workloads an istiod takes for those of another trust domain than their certificates say. */
export function misjudgedTrustDomains(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: reader, seen: readerSeen }) =>
    reader.reads.flatMap((target) => {
      const seen = seenOf(snapshot, target);
      const real = trustDomainsIn(snapshot, target);
      if (seen === undefined || real.length === 0) return [];
      const taken = revisionsIn(readerSeen).flatMap((revision) => {
        const config = meshConfigFor(seen, revision);
        if (config === undefined || !judgesItself(snapshot, reader, readerSeen, revision)) return [];
        const trustDomain = config === "none" ? defaultTrustDomain : trustDomainOf(config);
        const known = [trustDomain, ...aliasesOf(snapshot, reader, revision)];
        if (real.some((one) => known.includes(one))) return [];
        return [{ configMap: configMapOf(revision), isThere: config !== "none", trustDomain }];
      });
      const [first] = taken;
      if (first === undefined) return [];
      return [
        {
          clusters: [reader.name, target],
          found: `the istiod of ${reader.name} takes the workloads of ${target} for those of ${first.trustDomain}, and their certificates say ${real.join(", ")}: its proxies refuse them`,
          proof: [
            ...taken.map(({ configMap, isThere, trustDomain }) =>
              isThere
                ? `${target}: ConfigMap ${configMap} says trustDomain ${trustDomain}`
                : `${target}: no ConfigMap ${configMap} in ${systemNamespace}, so that istiods take it for ${trustDomain}`,
            ),
            ...servingConfigs(snapshot, target).map(
              ({ cluster, config, configMap }) =>
                `${cluster}: ConfigMap ${configMap} says trustDomain ${trustDomainOf(config)}, and its istiod signs for ${target}`,
            ),
          ],
          fix:
            first.configMap === configMapOf(defaultRevision)
              ? `Run \`isthmus drift --repair\`, which puts the ConfigMap ${first.configMap} of ${target} back; where it was never there, \`isthmus up\` makes it.`
              : `Give ${target} a ConfigMap ${first.configMap} with the trust domain of its workloads, or remove the istiod of that revision from ${reader.name} where nobody needs it.`,
        },
      ];
    }),
  );
}

/** Whether an istiod goes by the trust domain that a cluster says itself, and what it goes by else is known. */
function judgesItself(
  snapshot: MeshSnapshot,
  { configCluster }: ControlPlaneFacts,
  readerSeen: ClusterSnapshot,
  revision: string,
): boolean {
  const own = seenOf(snapshot, configCluster);
  const config = own === undefined ? undefined : meshConfigFor(own, revision);
  if (config === undefined || config === "none") return false;
  const pods = readerSeen.system === undefined ? [] : podsLabelled(readerSeen.system, { app: "istiod" });
  const images = pods
    .filter(({ metadata }) => (metadata?.labels?.["istio.io/rev"] ?? defaultRevision) === revision)
    .flatMap(({ spec }) => spec?.containers ?? [])
    .flatMap(({ image, name }) => (name === istiodContainer && image !== undefined ? [image] : []));
  // One that does not say its version is taken for one of today.
  const versions = images.map((image) => readVersion(tagOf(image)) ?? readVersion(snapshot.mesh.istioVersion ?? ""));
  return versions.every((version) => version === undefined || version[1] >= readsRemoteTrustDomainsFromMinor);
}

/** Trust domains that an istiod takes for its own beside. */
function aliasesOf(snapshot: MeshSnapshot, reader: ControlPlaneFacts, revision: string): readonly string[] {
  return configsOf(snapshot, reader)
    .filter(({ configMap }) => configMap === configMapOf(revision))
    .flatMap(({ config }) => config.trustDomainAliases ?? []);
}

/** Trust domains of the certificates that workloads of a cluster get: those of the istiods that serve it. */
function trustDomainsIn(snapshot: MeshSnapshot, cluster: string): string[] {
  return [...new Set(servingConfigs(snapshot, cluster).map(({ config }) => trustDomainOf(config)))];
}

function servingConfigs(snapshot: MeshSnapshot, cluster: string): ReturnType<typeof configsOf> {
  const serving = snapshot.mesh.controlPlanes.find(({ serves }) => serves.includes(cluster));
  return serving === undefined ? [] : configsOf(snapshot, serving);
}
