import {
  configKubeconfigSecret,
  eastWestGatewayName,
  exposedIstiodName,
  intermediateCaSecret,
  readerServiceAccount,
  remoteSecretName,
  trustedRootsSecret,
} from "../../../topology";
import type { ChartObject } from "./chart-objects";

/** An object that a mesh has in its system namespace. */
export interface MeshObject {
  /** What kubectl calls its kind. */
  readonly kind: string;
  readonly name: string;
  /** Helm release that makes it, and takes over what bears its marks. Default: none, Isthmus makes it itself. */
  readonly release?: ChartObject["release"] | typeof eastWestGatewayName;
}

/** Kinds of which a mesh has some, with their collections at the API server. */
export const meshKinds: readonly { readonly kind: string; readonly group: string; readonly collection: string }[] = [
  { kind: "serviceaccount", group: "api/v1", collection: "serviceaccounts" },
  { kind: "configmap", group: "api/v1", collection: "configmaps" },
  { kind: "secret", group: "api/v1", collection: "secrets" },
  { kind: "service", group: "api/v1", collection: "services" },
  { kind: "deployment", group: "apis/apps/v1", collection: "deployments" },
  { kind: "role", group: "apis/rbac.authorization.k8s.io/v1", collection: "roles" },
  { kind: "rolebinding", group: "apis/rbac.authorization.k8s.io/v1", collection: "rolebindings" },
  { kind: "hpa", group: "apis/autoscaling/v2", collection: "horizontalpodautoscalers" },
];

/** What the charts 1.30 and 1.31 make in their namespace, and what Isthmus does; none of it may be there before. */
export const meshObjects: readonly MeshObject[] = [
  { kind: "serviceaccount", name: readerServiceAccount, release: "istio-base" },
  ...["serviceaccount", "service", "deployment", "role", "rolebinding", "hpa"].map((kind): MeshObject => ({
    kind,
    name: "istiod",
    release: "istiod",
  })),
  ...["istio", "istio-sidecar-injector", "values"].map((name): MeshObject => ({
    kind: "configmap",
    name,
    release: "istiod",
  })),
  ...["serviceaccount", "deployment", "role", "rolebinding", "hpa"].map((kind): MeshObject => ({
    kind,
    name: eastWestGatewayName,
    release: eastWestGatewayName,
  })),
  { kind: "service", name: eastWestGatewayName },
  { kind: "service", name: exposedIstiodName },
  { kind: "secret", name: intermediateCaSecret },
  { kind: "secret", name: trustedRootsSecret.name },
  { kind: "secret", name: remoteSecretName },
  { kind: "secret", name: configKubeconfigSecret.name },
];
