import type { MeshFinding } from "../finding";
import { configsOf, trustDomainOf, type IstiodConfig } from "../mesh-configs";
import type { MeshSnapshot } from "../snapshot";

const mend =
  "Run `isthmus drift --repair`, which puts the ConfigMap istio back; where it is as it was applied, set it alike in the mesh's file and run `isthmus up`.";

/** Whether istiods count workloads to different trust domains, and do not name the others' beside their own. */
export function differingTrustDomains(snapshot: MeshSnapshot): MeshFinding[] {
  const configs = allConfigs(snapshot);
  const isStrange = configs.some(({ config }) =>
    configs.some((other) => {
      const theirs = trustDomainOf(other.config);
      return ![trustDomainOf(config), ...(config.trustDomainAliases ?? [])].includes(theirs);
    }),
  );
  if (!isStrange) return [];
  return [
    {
      clusters: clustersOf(configs),
      found: "trust domains differ: identities of one cluster are nobody's in another one",
      proof: configs.map((one) => said(one, "trustDomain", trustDomainOf(one.config))),
      fix: mend,
    },
  ];
}

/** Whether istiods count themselves to different meshes. */
export function differingMeshIds(snapshot: MeshSnapshot): MeshFinding[] {
  const configs = allConfigs(snapshot).filter(({ config }) => config.meshId !== undefined);
  if (new Set(configs.map(({ config }) => config.meshId)).size < 2) return [];
  return [
    {
      clusters: clustersOf(configs),
      found: "mesh ids differ",
      proof: configs.map((one) => said(one, "meshId", one.config.meshId ?? "")),
      fix: mend,
    },
  ];
}

/** What all istiods go by. Other clusters may have such a ConfigMap too: of it an istiod takes the trust domain alone. */
function allConfigs(snapshot: MeshSnapshot): IstiodConfig[] {
  return snapshot.mesh.controlPlanes.flatMap((controlPlane) => configsOf(snapshot, controlPlane));
}

function clustersOf(configs: readonly IstiodConfig[]): string[] {
  return [...new Set(configs.map(({ cluster }) => cluster))];
}

function said({ cluster, configMap }: IstiodConfig, what: string, value: string): string {
  return `${cluster}: ConfigMap ${configMap} says ${what} ${value}`;
}
