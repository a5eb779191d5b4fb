import type { KubernetesObject } from "./compare/object-kind";

/** Which object it is about. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for an object of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}

/** An object as people write it: `Deployment istio-system/istiod`. */
export function objectText({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** The same for the same object: versions of one group are spellings of it. */
export function objectKey({ apiVersion, kind, namespace, name }: ObjectReference): string {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return JSON.stringify([group, kind, namespace ?? "", name]);
}

/** Which object one is, by what it says of itself. */
export function referenceTo({
  apiVersion,
  kind,
  metadata,
}: Pick<KubernetesObject, "apiVersion" | "kind"> & { readonly metadata?: unknown }): ObjectReference {
  const { name = "", namespace } = (metadata ?? {}) as { readonly name?: string; readonly namespace?: string };
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}
