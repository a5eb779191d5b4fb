import type { V1CustomResourceDefinition } from "@kubernetes/client-node";
import { isOfRelease, systemNamespace } from "../topology";
import type { ClusterClient } from "../access";

/** Where custom resource definitions are at an API server. */
export const definitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** The Helm release that Istio's definitions come with, which keeps them when it is removed. */
const baseRelease = { name: "istio-base", namespace: systemNamespace };

/** Istio's custom resource definitions of our release, and no others. */
export async function istioDefinitions(client: ClusterClient): Promise<V1CustomResourceDefinition[]> {
  return (await client.list<V1CustomResourceDefinition>(definitionsPath)).filter(isOfBaseRelease);
}

function isOfBaseRelease({ metadata, spec }: V1CustomResourceDefinition): boolean {
  return spec.group.endsWith(".istio.io") && isOfRelease(metadata?.annotations, baseRelease);
}
