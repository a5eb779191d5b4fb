/**
 * Operations that Pulumi had begun when it was killed, as a stack's exported state records them. Pure.
 */

import { kubernetesProviderName } from "../../engine/state";
import { isMeshNamespace } from "../../topology";

/** A Kubernetes object that may or may not have come into being. */
export interface PendingObject {
  readonly kind: "object";
  /** The cluster's name in the mesh. */
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

/** What is to be cleaned up before the next update. */
export type Pending = PendingObject | PendingRelease;

/** The part of an exported state that matters here. */
export interface StackState {
  readonly pending_operations?: readonly PendingOperation[];
  readonly resources?: readonly unknown[];
}

interface PendingOperation {
  readonly type: string;
  readonly resource: {
    readonly urn: string;
    readonly type: string;
    readonly provider?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
  };
}

const releaseType = "kubernetes:helm.sh/v3:Release";

/** Collections of the kinds that a mesh is made of. */
const collections: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  Secret: "secrets",
  Service: "services",
  ConfigMap: "configmaps",
  Gateway: "gateways",
  VirtualService: "virtualservices",
};

/**
 * What the pending operations may have left in the clusters. Only what was being created counts, for of that Pulumi
 * knows nothing; a release counts also when it was being changed, because Helm refuses to go on with it. What was being
 * deleted can be deleted again as it is.
 */
export function pendingIn(state: StackState): Pending[] {
  const known = new Set((state.resources ?? []).map(urnOf));
  return (state.pending_operations ?? []).flatMap(({ type, resource }): Pending[] => {
    const cluster = kubernetesProviderName(resource.provider);
    // The record of a creation outlives it where a later update made the resource after all.
    const isNew = type === "creating" && !known.has(resource.urn);
    if (cluster === undefined || type === "deleting") return [];
    if (resource.type === releaseType) {
      const { name, namespace } = resource.inputs ?? {};
      if (typeof name !== "string" || typeof namespace !== "string") return [];
      return [{ kind: "release", cluster, namespace, name, isNew }];
    }
    const path = isNew && !isLeftAlone(resource) ? objectPath(resource.inputs ?? {}) : undefined;
    return path === undefined ? [] : [{ kind: "object", cluster, path }];
  });
}

/**
 * The state without operations that were creating something, which are seen to by us.
 * @param silent Names of clusters that do not answer: theirs stay recorded.
 */
export function withoutPendingCreates<T extends StackState>(state: T, silent: ReadonlySet<string>): T {
  const kept = (state.pending_operations ?? []).filter(({ type, resource }) => {
    const cluster = kubernetesProviderName(resource.provider);
    return type !== "creating" || (cluster !== undefined && silent.has(cluster));
  });
  return { ...state, pending_operations: kept };
}

function urnOf(resource: unknown): unknown {
  return (resource as { readonly urn?: unknown } | null)?.urn;
}

/**
 * What a new try takes over as it is: the object that is patched is somebody's, and a namespace of the mesh's workloads,
 * which is adopted when it is there, may hold some since.
 */
function isLeftAlone({ type, inputs }: PendingOperation["resource"]): boolean {
  const { labels } = (inputs?.["metadata"] ?? {}) as { readonly labels?: Readonly<Record<string, string>> };
  return type.endsWith("Patch") || isMeshNamespace(labels);
}

function objectPath(inputs: Readonly<Record<string, unknown>>): string | undefined {
  const { apiVersion, kind, metadata } = inputs;
  const { name, namespace } = (metadata ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
  const collection = typeof kind === "string" ? collections[kind] : undefined;
  if (typeof apiVersion !== "string" || typeof name !== "string" || collection === undefined) return undefined;
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${typeof namespace === "string" ? `/namespaces/${namespace}` : ""}/${collection}/${name}`;
}
