import { controlPlaneIn, type ClusterPlan, type MeshPlan } from "../plan";
import { trustPart } from "./part";

/**
 * Something of a mesh that one part makes and others need:
 * - `root`: the root certificate.
 * - `intermediate.<site>`: the intermediate CA of an istiod.
 * - `address`: at which other clusters reach the part's istiod.
 * - `reader`: the kubeconfig by which istiods elsewhere read the cluster.
 * - `istiod-account`: the kubeconfig by which an external istiod takes its configuration from the cluster.
 * - `istiod`: that the part's istiod serves.
 * - `reads.<cluster>`: that the part's istiod has been given the kubeconfig of a cluster.
 */
export type Offer =
  "root" | `intermediate.${string}` | "address" | "reader" | "istiod-account" | "istiod" | `reads.${string}`;

/** Something that a part needs of another one. */
export interface Need {
  readonly part: string;
  readonly offer: Offer;
  /**
   * `first`: nothing of the part can be made without it. `later`: the part is begun without it, and made whole by a later
   * update: two istiods that read each other need each other's kubeconfigs, and one of them comes first.
   */
  readonly urgency: "first" | "later";
}

/** A need as a key: `west:reader`. */
export function needKey({ part, offer }: Pick<Need, "part" | "offer">): string {
  return `${part}:${offer}`;
}

/** What a part needs of the others, each once. Pure. */
export function needsOf(plan: MeshPlan, part: string): readonly Need[] {
  if (part === trustPart) return [];
  const cluster = plan.clusters.find(({ name }) => name === part);
  const needs: Need[] = [
    { part: trustPart, offer: "root", urgency: "first" },
    ...needsOfIstiod(plan, part),
    ...(cluster === undefined ? [] : needsOfCluster(plan, cluster)),
  ];
  return [...new Map(needs.map((need) => [needKey(need), need])).values()];
}

function needsOfIstiod(plan: MeshPlan, part: string): Need[] {
  const controlPlane = controlPlaneIn(plan, part);
  if (controlPlane === undefined) return [];
  const { kind, configCluster, reads } = controlPlane;
  return [
    { part: trustPart, offer: `intermediate.${part}`, urgency: "first" },
    ...(kind === "external" ? [{ part: configCluster, offer: "istiod-account", urgency: "later" } as const] : []),
    ...reads.map((read): Need => ({ part: read, offer: "reader", urgency: "later" })),
  ];
}

function needsOfCluster(plan: MeshPlan, cluster: ClusterPlan): Need[] {
  const { name, role, controlPlane, configCluster } = cluster;
  if (role === "primary") return [];
  // The gateway's pods are injected by a webhook that the istiod elsewhere fills in once it reads the cluster; and it judges
  // the configuration that it takes from there.
  const forGateway: Need[] = [
    { part: controlPlane, offer: "istiod", urgency: "later" },
    ...(configCluster === name ? [] : [{ part: controlPlane, offer: `reads.${name}`, urgency: "later" } as const]),
  ];
  return [
    { part: controlPlane, offer: "address", urgency: "first" },
    ...(cluster.eastWestGateway === undefined && configCluster !== name ? [] : forGateway),
  ];
}

/** Everything that a part has for others once it is whole, whether they need it or not. Pure. */
export function offersOf(plan: MeshPlan, part: string): readonly Offer[] {
  if (part === trustPart) {
    return ["root", ...plan.controlPlanes.map(({ name }): Offer => `intermediate.${name}`)];
  }
  const controlPlane = controlPlaneIn(plan, part);
  return [
    ...(controlPlane === undefined ? [] : offersOfIstiod(controlPlane)),
    ...(isRead(plan, part) ? (["reader"] as const) : []),
    ...(plan.controlPlanes.some(({ kind, configCluster }) => kind === "external" && configCluster === part)
      ? (["istiod-account"] as const)
      : []),
  ];
}

function offersOfIstiod({ exposed, reads }: MeshPlan["controlPlanes"][number]): Offer[] {
  return [
    "istiod",
    ...(exposed === undefined ? [] : (["address"] as const)),
    ...reads.map((name): Offer => `reads.${name}`),
  ];
}

/** Whether an istiod elsewhere reads a cluster. Pure. */
export function isRead(plan: MeshPlan, cluster: string): boolean {
  return plan.controlPlanes.some(({ reads }) => reads.includes(cluster));
}

/** Whether a cluster holds the configuration of gateways between networks: where its istiod serves one that has any. Pure. */
export function hasCrossNetworkGateway(plan: MeshPlan, configCluster: string): boolean {
  return plan.controlPlanes.some(
    (controlPlane) =>
      controlPlane.configCluster === configCluster &&
      plan.clusters.some(
        ({ name, eastWestGateway }) => eastWestGateway !== undefined && controlPlane.serves.includes(name),
      ),
  );
}
