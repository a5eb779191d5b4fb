import { eastWestGatewayName } from "./names";

/** What Istio's charts are installed as, all in the system namespace. */
export const releaseNames: readonly string[] = ["istio-base", "istiod", eastWestGatewayName];

/** Annotations by which Helm notes of which release an object is (helm, action/validate.go). */
export const releaseNameAnnotation = "meta.helm.sh/release-name";
export const releaseNamespaceAnnotation = "meta.helm.sh/release-namespace";

/** Whether an object's annotations say that it is of a release. Pure. */
export function isOfRelease(
  annotations: Readonly<Record<string, string>> = {},
  { name, namespace }: { readonly name: string; readonly namespace: string },
): boolean {
  return annotations[releaseNameAnnotation] === name && annotations[releaseNamespaceAnnotation] === namespace;
}
