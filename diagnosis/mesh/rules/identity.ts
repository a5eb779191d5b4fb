import type { MeshFinding } from "../finding";
import type { MeshConfigSeen, MeshSnapshot } from "../snapshot";

const mend =
  "Run `isthmus drift --repair`, which puts the ConfigMap istio back; where it is as it was applied, set it alike in the mesh's file and run `isthmus up`.";

/** Whether istiods count workloads to different trust domains. */
export function differingTrustDomains(snapshot: MeshSnapshot): MeshFinding[] {
  return differing(
    snapshot,
    "trustDomain",
    "trust domains differ: identities of one cluster are nobody's in another one",
  );
}

/** Whether istiods count themselves to different meshes. */
export function differingMeshIds(snapshot: MeshSnapshot): MeshFinding[] {
  return differing(snapshot, "meshId", "mesh ids differ");
}

function differing({ clusters }: MeshSnapshot, of: keyof MeshConfigSeen, found: string): MeshFinding[] {
  const said = clusters.flatMap(({ cluster, meshConfig }) => {
    const value = meshConfig === "none" ? undefined : meshConfig?.[of];
    return value === undefined ? [] : [{ cluster, value }];
  });
  if (new Set(said.map(({ value }) => value)).size < 2) return [];
  return [
    {
      clusters: said.map(({ cluster }) => cluster),
      found,
      proof: said.map(({ cluster, value }) => `${cluster}: ConfigMap istio says ${of} ${value}`),
      fix: mend,
    },
  ];
}
