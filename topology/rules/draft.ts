import { mayChangeRoots } from "../plan/generated-roots";
import { firstRoot } from "../schema/generated-roots";
import type { ClusterDraft, ExternalDraft, MeshDraft } from "./rule";

/** Clusters of a draft, sorted by name, so that the same mistake is reported at the same place in whatever order they are written. */
export function clustersOf(mesh: MeshDraft): [name: string, cluster: ClusterDraft][] {
  return entriesOf(mesh.clusters);
}

/** External control planes of a draft, sorted by name. */
export function externalsOf(mesh: MeshDraft): [name: string, external: ExternalDraft][] {
  return entriesOf(mesh.externalControlPlanes);
}

/** Entries of a mapping by name, without those of which nothing is sound, sorted. */
export function entriesOf<Item>(items: Readonly<Record<string, Item | undefined>> | undefined): [string, Item][] {
  return Object.entries(items ?? {})
    .filter((entry): entry is [string, Item] => entry[1] !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

/** A cluster by its name; undefined where there is none, whatever JavaScript itself knows by that name. */
export function clusterCalled(mesh: MeshDraft, name: string): ClusterDraft | undefined {
  return own(mesh.clusters, name);
}

/** An external control plane by its name. */
export function externalCalled(mesh: MeshDraft, name: string): ExternalDraft | undefined {
  return own(mesh.externalControlPlanes, name);
}

/** The name of the control plane of a cluster: its own where it names none. */
export function controlPlaneOf(name: string, cluster: ClusterDraft): string {
  return cluster.controlPlane ?? name;
}

/** Where a control plane's settings stand: among the clusters or the external control planes. */
export function isExternal(mesh: MeshDraft, controlPlane: string): boolean {
  return clusterCalled(mesh, controlPlane) === undefined && externalCalled(mesh, controlPlane) !== undefined;
}

/** Names of the clusters that an istiod runs in, sorted. */
export function istiodsOf(mesh: MeshDraft): string[] {
  const own = clustersOf(mesh).filter(([name, cluster]) => controlPlaneOf(name, cluster) === name);
  return [...own, ...externalsOf(mesh)].map(([name]) => name).sort();
}

/** Where certificates come from, which the schema has a default for. */
export function trustSourceOf({ trust }: MeshDraft): "generated" | "offline" | "given" | "cert-manager" {
  return trust?.root ?? "generated";
}

/** Whether the roots may become others, with the defaults of the schema. */
export function rootsMayChange(mesh: MeshDraft): boolean {
  const { generated: { roots: made = [firstRoot] } = {}, roots } = mesh.trust ?? {};
  return mayChangeRoots({ trust: { root: trustSourceOf(mesh), roots, generated: { roots: made } } });
}

/** Whether a draft says of any Service that it is otherwise than Istio has it by itself. */
export function saysSameness({ sameness }: MeshDraft): boolean {
  return (
    sameness?.plainServices === "cluster-local" ||
    sameness?.clusterLocal !== undefined ||
    sameness?.shared !== undefined
  );
}

function own<Item>(items: Readonly<Record<string, Item>> | undefined, name: string): Item | undefined {
  return items !== undefined && Object.hasOwn(items, name) ? items[name] : undefined;
}
