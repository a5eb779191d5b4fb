import { applyAll, kubectl } from "../lab-stack";
import { agreedTo, asTheHintSays, byHand, repair, type LabFault } from "./fault";
import { edit, installShop, patch, shop } from "./objects";

const injector = "istio-sidecar-injector";

function networkPolicy(namespace: string, name: string, spec: object): object {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace, name }, spec };
}

/** What is done to namespaces, to webhooks and by NetworkPolicies. */
export const namespaceFaults: readonly LabFault[] = [
  {
    name: "network-label-missing",
    done: "took the network's label off istio-system of west",
    causes: ["network-label west"],
    inject: () => kubectl("west", "label", "namespace", "istio-system", "topology.istio.io/network-"),
    mend: asTheHintSays,
  },
  {
    name: "network-label-of-another",
    done: "labelled istio-system of west with the network of east",
    causes: ["network-label west"],
    inject: () =>
      kubectl("west", "label", "namespace", "istio-system", "topology.istio.io/network=east", "--overwrite"),
    mend: asTheHintSays,
  },
  {
    name: "injection-turned-off",
    done: "took the label for injection off the namespace of the workloads in west",
    causes: ["injection-label west"],
    inject: () => kubectl("west", "label", "namespace", shop, "istio-injection-"),
    mend: repair,
  },
  {
    name: "namespace-of-a-revision-that-is-gone",
    done: "made a namespace in west, outside of the mesh's file, with the label of a revision that is gone",
    causes: ["namespace-unheard west"],
    inject: () =>
      applyAll("west", [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "attic", labels: { "istio.io/rev": "1-28" } } },
      ]),
    mend: byHand(/take the label off where no sidecar is meant/, "the label taken off", () =>
      kubectl("west", "label", "namespace", "attic", "istio.io/rev-"),
    ),
  },
  {
    name: "pods-without-sidecars",
    done: "made the workload of west while injection was off, so that it calls in plain text",
    causes: ["sidecar-missing west"],
    inject: async () => {
      const label = (value: string): Promise<string> =>
        kubectl("west", "label", "namespace", shop, `istio-injection=${value}`, "--overwrite");
      await label("disabled");
      await kubectl("west", "--namespace", shop, "rollout", "restart", "deployment", "basket");
      await kubectl("west", "--namespace", shop, "rollout", "status", "deployment", "basket", "--timeout", "120s");
      await label("enabled");
    },
    mend: asTheHintSays,
  },
  {
    name: "webhook-deleted",
    done: "deleted the sidecar injector's webhook of west",
    causes: ["webhook-missing west"],
    inject: () => kubectl("west", "delete", "mutatingwebhookconfiguration", injector),
    mend: repair,
  },
  {
    name: "webhook-of-a-revision-that-is-gone",
    done: "left the webhook of west on the Service of a revision that is gone",
    causes: ["webhook-service west"],
    inject: () =>
      edit("west", "default", "mutatingwebhookconfiguration", injector, {
        op: "replace",
        path: "/webhooks/0/clientConfig/service/name",
        value: "istiod-1-30",
      }),
    mend: repair,
  },
  {
    name: "network-policy-denies-all",
    done: "made a NetworkPolicy that lets nothing into istio-system of west",
    causes: ["network-policy west"],
    inject: () =>
      applyAll("west", [networkPolicy("istio-system", "deny-all", { podSelector: {}, policyTypes: ["Ingress"] })]),
    mend: asTheHintSays,
  },
  {
    name: "network-policy-without-15443",
    done: "made a NetworkPolicy for the gateway of west that lets in ports 80 and 443 alone",
    causes: ["network-policy west"],
    inject: () =>
      applyAll("west", [
        networkPolicy("istio-system", "gateway-web", {
          podSelector: { matchLabels: { istio: "eastwestgateway" } },
          ingress: [{ ports: [{ port: 80 }, { port: 443 }] }],
        }),
      ]),
    mend: asTheHintSays,
  },
  {
    name: "network-policy-without-15017",
    done: "made a NetworkPolicy for istiod of west that lets in proxies, and not the API server at 15017",
    causes: ["network-policy west"],
    inject: () =>
      applyAll("west", [
        networkPolicy("istio-system", "istiod-proxies", {
          podSelector: { matchLabels: { app: "istiod" } },
          ingress: [{ ports: [{ port: 15012 }] }],
        }),
      ]),
    mend: asTheHintSays,
  },
  {
    name: "network-policy-of-workloads",
    done: "made a NetworkPolicy that lets nothing into or out of the namespace of the workloads in west",
    causes: ["network-policy west"],
    inject: () =>
      applyAll("west", [networkPolicy(shop, "default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] })]),
    mend: asTheHintSays,
  },
  {
    name: "webhook-selects-nothing",
    done: "changed the selectors of the sidecar injector's webhooks in west, so that they take no namespace",
    causes: ["webhook-selector west"],
    inject: async () => {
      const text = await kubectl("west", "get", "mutatingwebhookconfiguration", injector, "-o", "json");
      const { webhooks } = JSON.parse(text) as { readonly webhooks: readonly object[] };
      const value = { matchLabels: { injected: "by-nobody" } };
      await edit(
        "west",
        "default",
        "mutatingwebhookconfiguration",
        injector,
        ...webhooks.map((_one, index) => ({ op: "replace", path: `/webhooks/${index}/namespaceSelector`, value })),
      );
    },
    mend: repair,
  },
  {
    name: "workload-of-another-network",
    done: "labelled the pods of a workload in west with a network that there is not",
    causes: ["workload-network west"],
    inject: () => labelBasket("nowhere"),
    mend: byHand(/Take the label topology.istio.io\/network out of the template/, "the label taken out", () =>
      labelBasket(null),
    ),
  },
  {
    name: "shop-deleted",
    done: "deleted the namespace of the workloads in west",
    causes: ["namespace-missing west"],
    inject: () => kubectl("west", "delete", "namespace", shop),
    mend: byHand(
      /isthmus up --refresh.*then install its workloads/,
      "`isthmus up --refresh`, then the workloads installed",
      async (stack) => {
        await agreedTo(stack, "up", "--refresh");
        await installShop(["west"]);
      },
    ),
  },
];

/** Has the pods of the workload in west say a network; null takes it out again. */
function labelBasket(network: string | null): Promise<string> {
  return patch("west", shop, "deployment", "basket", {
    spec: { template: { metadata: { labels: { "topology.istio.io/network": network } } } },
  });
}
