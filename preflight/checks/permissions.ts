import { z } from "zod";
import { listed, workloadEntries, type IntermediateOrigin } from "../../topology";
import type { ApiServer } from "../../access/connection/api-server";
import { readJson } from "../../access/json";

export { readJson } from "../../access/json";

/** A kind of object that a mesh consists of, as authorisation names it. */
export interface Resource {
  readonly group: string;
  readonly resource: string;
  /** Whether Isthmus handles it in one namespace only, and in which. */
  readonly scope: "cluster" | "system-namespace" | { readonly namespace: string };
  /** In which clusters. Default: all. */
  readonly only?: "remote";
  /** Whose intermediate CA is so. Default: whatever it is. */
  readonly intermediate?: "issued";
}

/**
 * What Isthmus and Istio's charts 1.30 and 1.31 create: of the program the namespace, the Secrets, the Gateway and the
 * PeerAuthentication, of
 * Helm its own Secrets, of the charts `base`, `istiod` and `gateway` the rest.
 */
const resources: readonly Resource[] = [
  { group: "", resource: "namespaces", scope: "cluster" },
  { group: "apiextensions.k8s.io", resource: "customresourcedefinitions", scope: "cluster" },
  { group: "admissionregistration.k8s.io", resource: "mutatingwebhookconfigurations", scope: "cluster" },
  { group: "admissionregistration.k8s.io", resource: "validatingwebhookconfigurations", scope: "cluster" },
  { group: "rbac.authorization.k8s.io", resource: "clusterroles", scope: "cluster" },
  { group: "rbac.authorization.k8s.io", resource: "clusterrolebindings", scope: "cluster" },
  { group: "rbac.authorization.k8s.io", resource: "roles", scope: "system-namespace" },
  { group: "rbac.authorization.k8s.io", resource: "rolebindings", scope: "system-namespace" },
  { group: "", resource: "secrets", scope: "system-namespace" },
  { group: "", resource: "configmaps", scope: "system-namespace" },
  { group: "", resource: "services", scope: "system-namespace" },
  { group: "", resource: "serviceaccounts", scope: "system-namespace" },
  { group: "apps", resource: "deployments", scope: "system-namespace" },
  { group: "autoscaling", resource: "horizontalpodautoscalers", scope: "system-namespace" },
  // Leads the Service `istiod` of a remote cluster to the address of another's.
  { group: "discovery.k8s.io", resource: "endpointslices", scope: "system-namespace", only: "remote" },
  { group: "policy", resource: "poddisruptionbudgets", scope: "system-namespace" },
  { group: "networking.istio.io", resource: "gateways", scope: "system-namespace" },
  { group: "security.istio.io", resource: "peerauthentications", scope: "system-namespace" },
  // By which cert-manager issues the intermediate CA.
  { group: "cert-manager.io", resource: "certificates", scope: "system-namespace", intermediate: "issued" },
];

/**
 * What is created in a cluster. Pure.
 * @param origin Who keeps the intermediate CA of its istiod. Default: the mesh makes it.
 */
export function resourcesIn(role: SiteRole, origin: IntermediateOrigin = "made"): readonly Resource[] {
  return resources.filter(({ intermediate = origin, only = role }) => only === role && intermediate === origin);
}

/** What is created for machines outside Kubernetes, in the namespaces of their workloads. Pure. */
export function resourcesOfMachines(namespaces: readonly string[]): readonly Resource[] {
  const { group, collection: resource } = workloadEntries;
  return [...new Set(namespaces)].map((namespace) => ({ group, resource, scope: { namespace } }));
}

/** What is created to say what workloads see of the mesh (`sidecars`), or which sidecars answer DNS, in their namespaces. Pure. */
export function resourcesOfProxies(
  resource: "sidecars" | "proxyconfigs",
  wanted: readonly { readonly namespace: string }[],
): readonly Resource[] {
  return wanted.map(({ namespace }) => ({ group: "networking.istio.io", resource, scope: { namespace } }));
}

/** By which an istiod is told of global services, each in the namespace of its pods. */
const globalKinds = ["serviceentries", "destinationrules", "virtualservices"] as const;

/** What is created for global services, in the namespaces of their pods. Pure. */
export function resourcesOfGlobalNames(namespaces: readonly string[]): readonly Resource[] {
  return [...new Set(namespaces)].flatMap((namespace) =>
    globalKinds.map((resource) => ({ group: "networking.istio.io", resource, scope: { namespace } })),
  );
}

/** What a cluster is in the mesh. */
export type SiteRole = "primary" | "remote" | "external";

/** What is done with them; `get` and `list` come with every role that has these. */
const verbs = ["create", "patch", "delete"] as const;

/** The answer to one question, or the status with which the API server refused to answer it. */
export type Permission = "allowed" | "denied" | { readonly status: number };

const reviewSchema = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Asks whether the user may do everything, as `cluster-admin` may: one question that usually spares all others. */
export async function mayDoEverything(server: ApiServer): Promise<Permission> {
  return review(server, { verb: "*", group: "*", resource: "*" });
}

/**
 * What the user may not do, such as `create, patch, delete namespaces, clusterroles; delete secrets`; empty for nothing.
 * @param namespace That of the control plane.
 */
export async function missingPermissions(
  server: ApiServer,
  needed: readonly Resource[],
  namespace: string,
): Promise<string> {
  const resourcesByVerbs = new Map<string, string[]>();
  const denied = await Promise.all(needed.map(async (resource) => deniedVerbs(server, resource, namespace)));
  needed.forEach(({ resource }, index) => {
    const missing = denied[index]?.join(", ") ?? "";
    if (missing !== "") resourcesByVerbs.set(missing, [...(resourcesByVerbs.get(missing) ?? []), resource]);
  });
  return [...resourcesByVerbs].map(([missing, names]) => `${missing} ${listed(names, 6)}`).join("; ");
}

async function deniedVerbs(
  server: ApiServer,
  { group, resource, scope }: Resource,
  namespace: string,
): Promise<readonly string[]> {
  const denied = await Promise.all(
    verbs.map(async (verb) => {
      const where = typeof scope === "object" ? scope : scope === "cluster" ? {} : { namespace };
      const attributes = { verb, group, resource, ...where };
      return (await review(server, attributes)) === "denied" ? [verb] : [];
    }),
  );
  return denied.flat();
}

async function review(server: ApiServer, resourceAttributes: Readonly<Record<string, string>>): Promise<Permission> {
  const { status, body } = await server.ask("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  });
  if (status !== 200 && status !== 201) return { status };
  const answer = reviewSchema.safeParse(readJson(body));
  if (!answer.success) return { status: 0 };
  return answer.data.status.allowed ? "allowed" : "denied";
}
