import { releaseNameAnnotation, releaseNamespaceAnnotation } from "../../../topology";
import type { KubernetesObject } from "../compare/object-kind";
import type { ObjectReference } from "../object-reference";
import type { AppliedRelease } from "./state";

/**
 * An object of a manifest as Helm makes it, with the marks that the manifest leaves out: by them it knows its own
 * (helm.sh/helm, pkg/action, validate).
 */
export function markedByHelm(
  object: KubernetesObject,
  { namespace }: ObjectReference,
  release: AppliedRelease,
): object {
  const metadata = (object["metadata"] ?? {}) as { readonly labels?: object; readonly annotations?: object };
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...metadata.labels, "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        ...metadata.annotations,
        [releaseNameAnnotation]: release.name,
        [releaseNamespaceAnnotation]: release.namespace,
      },
    },
  };
}
