import type { MeshConfig } from "../../../topology";

/** The settings of one cluster. */
export type ClusterConfig = MeshConfig["clusters"][string];

/** A small mesh that is right, of which each test changes one thing. */
export function mesh(change: Partial<MeshConfig> = {}): MeshConfig {
  return { id: "mesh1", istio: { version: "1.31.1" }, clusters: { east: cluster("east") }, ...change };
}

/** A cluster whose context is called like it, on a network that all share unless another is named. */
function cluster(name: string, settings: Partial<ClusterConfig> = {}): ClusterConfig {
  return { network: "network1", access: { context: `lab-${name}` }, ...settings };
}

/** A mesh of these clusters. */
export function meshOf(
  clusters: Readonly<Record<string, Partial<ClusterConfig>>>,
  change: Partial<MeshConfig> = {},
): MeshConfig {
  return mesh({
    clusters: Object.fromEntries(Object.entries(clusters).map(([name, settings]) => [name, cluster(name, settings)])),
    ...change,
  });
}

/** External control planes of these names, whose contexts are called like them. */
export function externals(
  settings: Readonly<Record<string, Partial<NonNullable<MeshConfig["externalControlPlanes"]>[string]>>>,
): NonNullable<MeshConfig["externalControlPlanes"]> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, own]) => [name, { access: { context: `lab-${name}` }, ...own }]),
  );
}
