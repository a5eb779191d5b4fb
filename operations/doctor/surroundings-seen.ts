import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1Deployment,
  V1Endpoint,
  V1EndpointSlice,
  V1NetworkPolicy,
  V1NetworkPolicyPort,
} from "@kubernetes/client-node";
import { getIfThere, type ClusterClient } from "../../access";
import type {
  AccountRightsSeen,
  DnsSeen,
  IstiodEndpointsSeen,
  NetworkPolicySeen,
  OtherIstiodSeen,
  PassageSeen,
} from "../../diagnosis";
import { systemNamespace } from "../../topology";

type Lister = Pick<ClusterClient, "list">;

/** By this name pods find their cluster's DNS, whatever serves it (kubernetes.io, "DNS for Services and Pods"). */
const dns = { namespace: "kube-system", service: "kube-dns", selector: "k8s-app=kube-dns" } as const;

const serviceLabel = "kubernetes.io/service-name";

/** The cluster's DNS. */
export async function dnsSeen(client: Pick<ClusterClient, "get" | "list">): Promise<DnsSeen | "none"> {
  const { namespace, selector, service } = dns;
  if ((await getIfThere(client, `/api/v1/namespaces/${namespace}/services/${service}`)) === undefined) return "none";
  const [deployments, slices] = await Promise.all([
    client.list<V1Deployment>(`/apis/apps/v1/namespaces/${namespace}/deployments`, { labelSelector: selector }),
    client.list<V1EndpointSlice>(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
      labelSelector: `${serviceLabel}=${service}`,
    }),
  ]);
  const endpoints = slices.flatMap(endpointsIn);
  return {
    deployments: deployments.map(({ metadata, spec }) => ({
      name: metadata?.name ?? "",
      replicas: spec?.replicas ?? 1,
    })),
    // What does not say whether it is ready counts as ready (kubernetes.io, EndpointSlices).
    readyCount: endpoints.filter(({ conditions }) => conditions?.ready !== false).length,
  };
}

/** An API server writes none as null, whatever the types say. */
function endpointsIn({ endpoints }: { readonly endpoints: readonly V1Endpoint[] | null }): readonly V1Endpoint[] {
  return endpoints ?? [];
}

/** Deployments of istiods that stand in other namespaces than `istio-system`. */
export async function otherIstiodsSeen(client: Lister): Promise<OtherIstiodSeen[]> {
  const deployments = await client.list<V1Deployment>("/apis/apps/v1/deployments", { labelSelector: "app=istiod" });
  return deployments
    .filter(({ metadata }) => metadata?.namespace !== systemNamespace)
    .map(({ metadata }) => ({
      namespace: metadata?.namespace ?? "",
      name: metadata?.name ?? "",
      revision: metadata?.labels?.["istio.io/rev"] ?? "default",
    }));
}

/** Where the Services of `istio-system` for an istiod that runs elsewhere lead to. */
export async function istiodEndpointsSeen(client: Lister): Promise<IstiodEndpointsSeen[]> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${systemNamespace}/endpointslices`;
  const slices = await client.list<V1EndpointSlice>(path);
  return slices
    .filter(({ metadata }) => {
      const { [serviceLabel]: service = "", "endpointslice.kubernetes.io/managed-by": manager } =
        metadata?.labels ?? {};
      return /^istiod(?:-|$)/.test(service) && manager !== "endpointslice-controller.k8s.io";
    })
    .map(({ endpoints, metadata }) => ({
      service: metadata?.labels?.[serviceLabel] ?? "",
      addresses: endpointsIn({ endpoints }).flatMap(({ addresses }) => addresses),
    }));
}

/** NetworkPolicies of some namespaces. */
export async function networkPoliciesSeen(client: Lister, namespaces: readonly string[]): Promise<NetworkPolicySeen[]> {
  const policies = await client.list<V1NetworkPolicy>("/apis/networking.k8s.io/v1/networkpolicies");
  return policies
    .filter(({ metadata }) => namespaces.includes(metadata?.namespace ?? ""))
    .map(({ metadata, spec }) => {
      const matchExpressions = spec?.podSelector?.matchExpressions;
      const matchLabels = spec?.podSelector?.matchLabels;
      const types = spec?.policyTypes ?? ["Ingress", ...(spec?.egress === undefined ? [] : ["Egress"])];
      return {
        namespace: metadata?.namespace ?? "",
        name: metadata?.name ?? "",
        podSelector: {
          ...(matchLabels === undefined ? {} : { matchLabels }),
          ...(matchExpressions === undefined ? {} : { matchExpressions }),
        },
        ...(types.includes("Ingress") ? { ingress: (spec?.ingress ?? []).map(passageOf) } : {}),
        ...(types.includes("Egress") ? { egress: (spec?.egress ?? []).map(passageOf) } : {}),
      };
    });
}

function passageOf({ ports = [] }: { readonly ports?: readonly V1NetworkPolicyPort[] }): PassageSeen {
  return {
    ports: ports.flatMap(({ endPort, port }) =>
      port === undefined ? [] : [{ first: port, ...(endPort === undefined ? {} : { last: endPort }) }],
    ),
  };
}

/** What the service accounts of `istio-system` may do in the whole cluster, by the roles that are bound to them. */
export async function accountRightsSeen(client: Lister, accounts: readonly string[]): Promise<AccountRightsSeen[]> {
  const group = "/apis/rbac.authorization.k8s.io/v1";
  const [bindings, roles] = await Promise.all([
    client.list<V1ClusterRoleBinding>(`${group}/clusterrolebindings`),
    client.list<V1ClusterRole>(`${group}/clusterroles`),
  ]);
  return accounts.map((account) => {
    const bound = new Set(
      bindings
        .filter(({ subjects = [] }) => subjects.some((one) => isOf(account, one)))
        .map(({ roleRef }) => roleRef.name),
    );
    return {
      account,
      rights: roles
        .filter(({ metadata }) => bound.has(metadata?.name ?? ""))
        .flatMap(({ rules = [] }) => rules)
        .filter(({ resourceNames = [] }) => resourceNames.length === 0)
        .map(({ apiGroups = [], resources = [], verbs }) => ({ groups: apiGroups, resources, verbs })),
    };
  });
}

/** Whether a subject of a binding is an account of `istio-system`, or a group that it belongs to. */
function isOf(
  account: string,
  { kind, name, namespace }: { readonly kind: string; readonly name: string; readonly namespace?: string },
): boolean {
  if (kind === "ServiceAccount") return name === account && namespace === systemNamespace;
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${systemNamespace}`, "system:authenticated"];
  if (kind === "Group") return groups.includes(name);
  return name === `system:serviceaccount:${systemNamespace}:${account}`;
}
