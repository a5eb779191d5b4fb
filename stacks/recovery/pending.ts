/**
 * What an update that was killed may have left in the clusters, as its stack's exported state records it. Pure.
 */

import { nameOf, type ExportedState, type StateResource } from "../../engine/state";
import { collectionPath, isMeshNamespace, meshKinds, systemNamespace } from "../../topology";

/** A Kubernetes object that may or may not have come into being. */
export interface PendingObject {
  readonly kind: "object";
  /** Name of the cluster's provider: the cluster's name in the mesh, or its former one. */
  readonly cluster: string;
  /** Path of the object at the API server. */
  readonly path: string;
}

/** A Helm release that may stand half-way. */
export interface PendingRelease {
  readonly kind: "release";
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** Whether it was just being made, so that Pulumi does not know of it. */
  readonly isNew: boolean;
}

/** What is to be looked at before anything is made. */
export type Pending = PendingObject | PendingRelease;

const releaseType = "kubernetes:helm.sh/v3:Release";

/** Paths of the collections in a namespace that may hold what a mesh is made of. */
export function collectionsIn(namespace: string): string[] {
  return meshKinds.filter(({ scope }) => scope !== "cluster").map((kind) => collectionPath(kind, namespace));
}

/** Paths of the collections of which a mesh has objects in its workloads' namespaces too. */
export const collectionsEverywhere: readonly string[] = meshKinds
  .filter(({ scope }) => scope === "namespaces")
  .map((kind) => collectionPath(kind));

/**
 * What the pending operations may have left in the clusters. Only what was being created counts, for of that Pulumi
 * knows nothing; a release counts also when it was being changed, because Helm refuses to go on with it. What was being
 * deleted can be deleted again as it is.
 */
export function pendingIn(state: ExportedState): Pending[] {
  const known = new Set((state.resources ?? []).map(({ urn }) => urn));
  return (state.pending_operations ?? []).flatMap(({ type, resource }): Pending[] => {
    const cluster = providerName(resource.provider);
    // The record of a creation outlives it where a later update made the resource after all.
    const isNew = type === "creating" && !known.has(resource.urn);
    if (cluster === undefined || type === "deleting") return [];
    if (resource.type === releaseType) return releaseOf(resource, cluster, isNew);
    const path = isNew && !isLeftAlone(resource) ? objectPath(resource.inputs ?? {}) : undefined;
    return path === undefined ? [] : [{ kind: "object", cluster, path }];
  });
}

/** The Helm releases that a state has: any of them may have been at work on when an update was killed. */
export function releasesIn({ resources = [] }: ExportedState): PendingRelease[] {
  return resources.flatMap((resource) => {
    const cluster = providerName(resource.provider);
    return resource.type !== releaseType || cluster === undefined ? [] : releaseOf(resource, cluster, false);
  });
}

/** Whether a resource is the system namespace of a cluster, made or adopted, one that waits for its deletion too. */
export function isSystemNamespace({ inputs, type }: StateResource): boolean {
  const { name } = (inputs?.["metadata"] ?? {}) as { readonly name?: unknown };
  return /^kubernetes:core\/v1:Namespace(Patch)?$/.test(type) && name === systemNamespace;
}

/** Whether a state records operations that were creating something. Pulumi keeps those until it is told to drop them. */
export function recordsCreations({ pending_operations: operations = [] }: ExportedState): boolean {
  return operations.some(({ type }) => type === "creating");
}

/** A provider's reference is `<urn>::<id>`, and a URN ends with the resource's name: that of the cluster. */
export function providerName(reference: string | undefined): string | undefined {
  const [, name] = /::pulumi:providers:kubernetes::([^:]+)::[^:]*$/.exec(reference ?? "") ?? [];
  return name;
}

/** The kubeconfig of a cluster that is no longer described, as its provider in the state has it. Holds a secret. */
export function kubeconfigInputOf({ resources = [] }: ExportedState, cluster: string): unknown {
  const isProvider = ({ type, urn }: StateResource): boolean =>
    type === "pulumi:providers:kubernetes" && nameOf(urn) === cluster;
  return resources.find(isProvider)?.inputs?.["kubeconfig"];
}

function releaseOf({ inputs }: StateResource, cluster: string, isNew: boolean): PendingRelease[] {
  const { name, namespace } = inputs ?? {};
  if (typeof name !== "string" || typeof namespace !== "string") return [];
  return [{ kind: "release", cluster, namespace, name, isNew }];
}

/**
 * What a new try takes over as it is: the object that is patched is somebody's, and a namespace of the mesh's workloads,
 * which is adopted when it is there, may hold some since.
 */
function isLeftAlone({ type, inputs }: StateResource): boolean {
  const { labels } = (inputs?.["metadata"] ?? {}) as { readonly labels?: Readonly<Record<string, string>> };
  return type.endsWith("Patch") || isMeshNamespace(labels);
}

/** Path at the API server of what inputs describe; undefined for a kind that a mesh is not made of. */
export function objectPath(inputs: Readonly<Record<string, unknown>>): string | undefined {
  const { apiVersion, kind, metadata } = inputs;
  const { name, namespace } = (metadata ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
  const { collection } = meshKinds.find((one) => one.kind === kind) ?? {};
  if (typeof apiVersion !== "string" || typeof name !== "string" || collection === undefined) return undefined;
  const within = typeof namespace === "string" ? namespace : undefined;
  return `${collectionPath({ apiVersion, collection }, within)}/${name}`;
}
