import { kubectl } from "../lab-stack";
import { asTheHintSays, byHand, refresh, repair, type LabFault } from "./fault";
import { allowNoPods, quotaGone } from "./istiod";
import { edit, inSystem, patch } from "./objects";

const gateway = "istio-eastwestgateway";
const listener = "cross-network-gateway";
const pool = "metallb.universe.tf/loadBalancerIPs";

/** What is done to the ways by which other networks come in. */
export const gatewayFaults: readonly LabFault[] = [
  {
    name: "gateway-service-deleted",
    done: "deleted the Service of the gateway in west",
    causes: ["gateway-missing west"],
    inject: () => kubectl("west", ...inSystem, "delete", "service", gateway),
    mend: refresh,
  },
  {
    name: "gateway-without-network",
    done: "took the network's label off the Service of the gateway in west",
    causes: ["gateway-network-label west"],
    inject: () => kubectl("west", ...inSystem, "label", "service", gateway, "topology.istio.io/network-"),
    mend: asTheHintSays,
  },
  {
    name: "gateway-of-another-network",
    done: "labelled the Service of the gateway in west with the network of east",
    causes: ["gateway-network-label west"],
    inject: () =>
      kubectl("west", ...inSystem, "label", "service", gateway, "topology.istio.io/network=east", "--overwrite"),
    mend: asTheHintSays,
  },
  {
    name: "gateway-without-15443",
    done: "replaced the ports of the gateway's Service in west by 80 and 443",
    causes: ["gateway-port west"],
    inject: () =>
      edit("west", "istio-system", "service", gateway, {
        op: "replace",
        path: "/spec/ports",
        value: [
          { name: "http", port: 80 },
          { name: "https", port: 443 },
        ],
      }),
    mend: repair,
  },
  {
    name: "gateway-selects-nothing",
    done: "changed the selector of the gateway's Service in west to that of an ingress gateway",
    causes: ["gateway-selector west"],
    inject: () =>
      edit("west", "istio-system", "service", gateway, {
        op: "replace",
        path: "/spec/selector",
        value: { istio: "ingressgateway" },
      }),
    mend: repair,
  },
  {
    name: "gateway-scaled-to-nothing",
    done: "scaled the gateway of west to 0",
    causes: ["gateway-down west"],
    inject: () => kubectl("west", ...inSystem, "scale", "deployment", gateway, "--replicas", "0"),
    mend: asTheHintSays,
  },
  {
    name: "gateway-deployment-deleted",
    done: "deleted the Deployment of the gateway in west",
    causes: ["gateway-down west"],
    inject: () => kubectl("west", ...inSystem, "delete", "deployment", gateway),
    mend: repair,
  },
  {
    name: "gateway-image-not-found",
    done: "set an image of the gateway in west that is nowhere",
    causes: ["rollout-stuck west"],
    inject: () => kubectl("west", ...inSystem, "set", "image", `deployment/${gateway}`, "istio-proxy=lab.local/none:1"),
    mend: repair,
  },
  {
    name: "gateway-over-quota",
    done: "set a quota of no pods on istio-system of west, and deleted the gateway's pod",
    causes: ["gateway-down west"],
    inject: async () => {
      await allowNoPods();
      await kubectl("west", ...inSystem, "delete", "pod", "--selector", "istio=eastwestgateway");
    },
    mend: quotaGone,
  },
  {
    name: "load-balancer-pending",
    done: "asked for an address that no pool of west's load balancer has",
    causes: ["gateway-address west"],
    inject: () => kubectl("west", ...inSystem, "annotate", "service", gateway, `${pool}=198.51.100.1`),
    mend: byHand(/Look at what gives addresses to Services/, "the request taken back", () =>
      kubectl("west", ...inSystem, "annotate", "service", gateway, `${pool}-`),
    ),
  },
  {
    name: "listener-deleted",
    done: "deleted the Gateway for other networks in west",
    causes: ["gateway-not-listening west"],
    inject: () => kubectl("west", ...inSystem, "delete", "gateways.networking.istio.io", listener),
    mend: refresh,
  },
  {
    name: "listener-ends-tls",
    done: "set PASSTHROUGH in place of AUTO_PASSTHROUGH in the Gateway for other networks of west",
    causes: ["gateway-not-listening west"],
    inject: () =>
      edit("west", "istio-system", "gateways.networking.istio.io", listener, {
        op: "replace",
        path: "/spec/servers/0/tls/mode",
        value: "PASSTHROUGH",
      }),
    mend: repair,
  },
  {
    name: "listener-at-443",
    done: "moved the Gateway for other networks of west to port 443",
    causes: ["gateway-not-listening west"],
    inject: () =>
      patch("west", "istio-system", "gateways.networking.istio.io", listener, {
        spec: {
          servers: [
            {
              port: { number: 443, name: "tls", protocol: "TLS" },
              tls: { mode: "AUTO_PASSTHROUGH" },
              hosts: ["*.local"],
            },
          ],
        },
      }),
    mend: repair,
  },
  {
    name: "listener-for-other-names",
    done: "set `*.example.com` as the hosts of the Gateway for other networks in west",
    causes: ["gateway-not-listening west"],
    inject: () =>
      edit("west", "istio-system", "gateways.networking.istio.io", listener, {
        op: "replace",
        path: "/spec/servers/0/hosts",
        value: ["*.example.com"],
      }),
    mend: repair,
  },
  {
    name: "listener-of-another-gateway",
    done: "had the Gateway for other networks in west select an ingress gateway",
    causes: ["gateway-not-listening west"],
    inject: () =>
      edit("west", "istio-system", "gateways.networking.istio.io", listener, {
        op: "replace",
        path: "/spec/selector",
        value: { istio: "ingressgateway" },
      }),
    mend: repair,
  },
  {
    name: "gateway-node-cordoned",
    done: "cordoned the node of west, and deleted the gateway's pod",
    causes: ["gateway-down west"],
    inject: async () => {
      await kubectl("west", "cordon", "west");
      await kubectl("west", ...inSystem, "delete", "pod", "--selector", "istio=eastwestgateway");
    },
    mend: byHand(/kubectl uncordon/, "the node uncordoned", () => kubectl("west", "uncordon", "west")),
  },
  {
    name: "gateway-not-injected",
    done: "labelled the pods of the gateway in west `sidecar.istio.io/inject=false`",
    causes: ["rollout-stuck west"],
    inject: () =>
      patch("west", "istio-system", "deployment", gateway, {
        spec: { template: { metadata: { labels: { "sidecar.istio.io/inject": "false" } } } },
      }),
    mend: repair,
  },
];
