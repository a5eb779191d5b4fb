/** An object of Kubernetes as plain data. */
export type KubernetesObject = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
};

/** Of which objects a rule speaks: the API group, empty for the core one, and its kinds; no kinds for all of the group. */
export interface Kinds {
  /** The group's name; one that begins with `*.` stands for all groups that end so. */
  readonly group: string;
  readonly kinds?: readonly string[];
}

/** Whether an object is one of some kinds. */
export function isOfKinds({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">, among: Kinds): boolean {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const isOfGroup = among.group.startsWith("*.") ? group.endsWith(among.group.slice(1)) : group === among.group;
  return isOfGroup && (among.kinds === undefined || among.kinds.includes(kind));
}

const workloadKinds = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

/** What runs pods. */
export const workloads: Kinds = { group: "apps", kinds: workloadKinds };

/** Istio's own resources. */
export const istioResources: Kinds = { group: "*.istio.io" };

/** Webhooks of the API server. */
export const webhookConfigurations: Kinds = {
  group: "admissionregistration.k8s.io",
  kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
};

/** Core objects of one kind. */
export const core = (...kinds: readonly string[]): Kinds => ({ group: "", kinds });

/** Roles, and what binds them. */
export const rbac = (...kinds: readonly string[]): Kinds => ({ group: "rbac.authorization.k8s.io", kinds });
