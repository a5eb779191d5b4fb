import { releaseNamespaceAnnotation } from "../../../topology";
import type { ObjectMetadata } from "./facts";

/** Who provides an Istio that is not installed by its user. */
export interface Provider {
  readonly name: string;
  /** How it is turned off, as the rest of a sentence. */
  readonly wayOff: string;
}

interface Row extends Provider {
  readonly isIt: (object: ObjectMetadata, urls: readonly string[]) => boolean;
}

/** By the names and labels that each gives to what it installs. */
const providers: readonly Row[] = [
  {
    name: "the Istio add-on of AKS",
    wayOff: "turn the add-on off (`az aks mesh disable --resource-group <group> --name <cluster>`)",
    isIt: ({ annotations, name, namespace }) =>
      [namespace, annotations[releaseNamespaceAnnotation]].includes("aks-istio-system") ||
      name.endsWith("aks-istio-system"),
  },
  {
    name: "Cloud Service Mesh of GKE",
    wayOff: "take the cluster out of the fleet's mesh (`gcloud container fleet mesh update --management manual`)",
    isIt: ({ labels }, urls) =>
      labels["istio.io/owned-by"] === "mesh.googleapis.com" ||
      labels["istio.io/rev"]?.startsWith("asm-") === true ||
      urls.some((url) => /(^|\.)googleapis\.com$/.test(hostOf(url))),
  },
  {
    name: "OpenShift Service Mesh 2",
    wayOff: "delete its ServiceMeshControlPlane",
    isIt: ({ labels }) => labels["maistra.io/owner"] !== undefined || labels["maistra-version"] !== undefined,
  },
  {
    name: "the Sail operator, as of OpenShift Service Mesh 3",
    wayOff: "delete its resource Istio",
    isIt: ({ labels }) =>
      labels["managed-by"] === "sail-operator" || labels["app.kubernetes.io/managed-by"] === "sail-operator",
  },
];

/** Who provides what an object is of, where its names and labels say so. Pure. */
export function providerOf(object: ObjectMetadata & { readonly urls?: readonly string[] }): Provider | undefined {
  return providers.find(({ isIt }) => isIt(object, object.urls ?? []));
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}
