import type {
  AdmissionregistrationV1ServiceReference,
  V1Deployment,
  V1MutatingWebhookConfiguration,
  V1Namespace,
} from "@kubernetes/client-node";
import { identityAnnotations, systemNamespace, systemNamespaceOrigin } from "../topology";
import type { ClusterClient } from "../access";

const webhookKinds = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];

/** As far as it matters here, both kinds of webhooks are alike. */
type WebhookConfiguration = Pick<V1MutatingWebhookConfiguration, "metadata" | "webhooks">;

/**
 * What shows that a mesh stands in a cluster: an istiod, a system namespace, or a webhook by which an istiod elsewhere
 * serves it. A remote cluster has no istiod, and all the same its workloads live by what is there.
 * @returns In words; undefined where nothing shows one.
 */
export async function standingMesh(client: ClusterClient): Promise<string | undefined> {
  const [istiods, namespaces, ...webhooks] = await Promise.all([
    client.list<V1Deployment>("/apis/apps/v1/deployments", { labelSelector: "app=istiod" }),
    client.list<V1Namespace>("/api/v1/namespaces"),
    ...webhookKinds.map((kind) => client.list<WebhookConfiguration>(`/apis/admissionregistration.k8s.io/v1/${kind}`)),
  ]);
  const [istiod] = istiods;
  if (istiod !== undefined) {
    return `another istiod runs there: ${istiod.metadata?.namespace ?? ""}/${istiod.metadata?.name ?? ""}`;
  }
  const system = namespaces.find(isOfMesh);
  if (system !== undefined) {
    const mesh = system.metadata?.annotations?.[identityAnnotations.mesh];
    const whose = mesh === undefined ? "that this stack does not have" : `of the mesh ${mesh}`;
    return `there still is a namespace ${system.metadata?.name ?? ""} ${whose}`;
  }
  const names = new Set(namespaces.map(({ metadata }) => metadata?.name));
  const webhook = webhooks.flat().find((configuration) => servesMesh(configuration, names));
  return webhook === undefined ? undefined : `a webhook of an istiod is there: ${webhook.metadata?.name ?? ""}`;
}

function isOfMesh({ metadata }: V1Namespace): boolean {
  if (metadata?.annotations?.[identityAnnotations.mesh] !== undefined) return true;
  // One that was prepared for a mesh stays when that goes, and is nobody's then.
  return metadata?.name === systemNamespace && systemNamespaceOrigin(metadata) !== "foreign";
}

/** Whether a webhook asks an istiod; one whose Service went with its namespace asks nobody any more. */
function servesMesh({ metadata, webhooks = [] }: WebhookConfiguration, namespaces: ReadonlySet<unknown>): boolean {
  const isLabelled = ["sidecar-injector", "istiod"].includes(metadata?.labels?.["app"] ?? "");
  return webhooks.some(({ clientConfig: { service, url } }) => {
    if (service !== undefined) return (isLabelled || isIstiod(service)) && namespaces.has(service.namespace);
    return url !== undefined && (isLabelled || new URL(url).pathname.startsWith("/inject"));
  });
}

function isIstiod({ name }: AdmissionregistrationV1ServiceReference): boolean {
  return name === "istiod" || name.startsWith("istiod-");
}
