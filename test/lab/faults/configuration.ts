import { applyAll, kubectl } from "../lab-stack";
import { asTheHintSays, byHand, repair, type LabFault } from "./fault";
import { basketService, edit, inSystem, istioObject, patch, shop } from "./objects";

const inShop = ["--namespace", shop] as const;
const proxyConfig = "proxy.istio.io~1config";

/** Has the Service of the workload called from east by a rule of localities. */
function localityRule(name: string, loadBalancer: object): Promise<void> {
  return applyAll("east", [
    istioObject("DestinationRule", shop, name, {
      host: "basket.shop.svc.cluster.local",
      trafficPolicy: { loadBalancer },
    }),
  ]);
}

/** What is done by policies and rules, and to Services and proxies of workloads. */
export const configurationFaults: readonly LabFault[] = [
  {
    name: "mutual-tls-turned-off",
    done: "set the PeerAuthentication of the mesh to DISABLE in west",
    causes: ["mutual-tls-off west"],
    inject: () =>
      patch("west", "istio-system", "peerauthentication", "default", { spec: { mtls: { mode: "DISABLE" } } }),
    mend: repair,
  },
  {
    name: "nothing-allowed",
    done: "made an AuthorizationPolicy for the whole mesh in west that allows nothing",
    causes: ["calls-denied west"],
    inject: () => applyAll("west", [istioObject("AuthorizationPolicy", "istio-system", "allow-nothing", {})]),
    mend: asTheHintSays,
  },
  {
    name: "everything-denied",
    done: "made an AuthorizationPolicy for the whole mesh in west that denies every call",
    causes: ["calls-denied west"],
    inject: () =>
      applyAll("west", [
        istioObject("AuthorizationPolicy", "istio-system", "deny-all", { action: "DENY", rules: [{}] }),
      ]),
    mend: asTheHintSays,
  },
  {
    name: "nothing-allowed-in-a-namespace",
    done: "made an AuthorizationPolicy for the namespace of the workloads in west that allows nothing",
    causes: ["namespace-calls-denied west"],
    inject: () => applyAll("west", [istioObject("AuthorizationPolicy", shop, "allow-nothing", {})]),
    mend: asTheHintSays,
  },
  {
    name: "everything-denied-in-a-namespace",
    done: "made an AuthorizationPolicy for the namespace of the workloads in west that denies every call",
    causes: ["namespace-calls-denied west"],
    inject: () =>
      applyAll("west", [istioObject("AuthorizationPolicy", shop, "deny-all", { action: "DENY", rules: [{}] })]),
    mend: asTheHintSays,
  },
  {
    name: "clients-in-plain-text",
    done: "made a DestinationRule for `*.local` in east that turns mutual TLS off",
    causes: ["client-tls-off east"],
    inject: () =>
      applyAll("east", [
        istioObject("DestinationRule", "istio-system", "plain", {
          host: "*.local",
          trafficPolicy: { tls: { mode: "DISABLE" } },
        }),
      ]),
    mend: asTheHintSays,
  },
  {
    name: "clients-of-a-service-in-plain-text",
    done: "made a DestinationRule for one Service in east that turns mutual TLS off",
    causes: ["service-tls-off east"],
    inject: () =>
      applyAll("east", [
        istioObject("DestinationRule", shop, "basket", { host: "basket", trafficPolicy: { tls: { mode: "DISABLE" } } }),
      ]),
    mend: byHand(/set its mode to ISTIO_MUTUAL/, "ISTIO_MUTUAL set", () =>
      patch("east", shop, "destinationrule", "basket", { spec: { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } } }),
    ),
  },
  {
    name: "service-with-other-ports",
    done: "changed the port of the Service in west",
    causes: ["services-differ east west"],
    inject: () => edit("west", shop, "service", "basket", { op: "replace", path: "/spec/ports/0/port", value: 8080 }),
    mend: byHand(/Give it the same ports/, "the same port again", () =>
      edit("west", shop, "service", "basket", { op: "replace", path: "/spec/ports/0/port", value: 5000 }),
    ),
  },
  {
    name: "service-headless",
    done: "made the Service headless in west",
    causes: ["services-differ east west"],
    inject: async () => {
      await kubectl("west", ...inShop, "delete", "service", "basket");
      await applyAll("west", [basketService({ clusterIP: "None" })]);
    },
    mend: byHand(/Give it the same ports/, "made as it is elsewhere", async () => {
      await kubectl("west", ...inShop, "delete", "service", "basket");
      await applyAll("west", [basketService()]);
    }),
  },
  {
    name: "sent-to-its-own-region-alone",
    done: "made a DestinationRule in east that distributes the calls of its region to that region alone",
    causes: ["locality-distribute east"],
    inject: () =>
      localityRule("near", { localityLbSetting: { distribute: [{ from: "east/*", to: { "east/*": 100 } }] } }),
    mend: byHand(/take it out: `kubectl/, "the rule deleted", () =>
      kubectl("east", ...inShop, "delete", "destinationrule", "near"),
    ),
  },
  {
    name: "failover-without-outlier-detection",
    done: "made a DestinationRule in east with an order of regions, and no outlier detection",
    causes: ["locality-failover east"],
    inject: () => localityRule("ordered", { localityLbSetting: { failover: [{ from: "east", to: "west" }] } }),
    mend: byHand(/Add trafficPolicy.outlierDetection/, "outlier detection added", () =>
      patch("east", shop, "destinationrule", "ordered", { spec: { trafficPolicy: { outlierDetection: {} } } }),
    ),
  },
  {
    name: "workloads-without-tls",
    done: "made a PeerAuthentication with DISABLE for the namespace of the workloads in west",
    causes: ["workload-tls-off west"],
    inject: () => applyAll("west", [istioObject("PeerAuthentication", shop, "plain", { mtls: { mode: "DISABLE" } })]),
    mend: asTheHintSays,
  },
  {
    name: "proxies-reject",
    done: "made an EnvoyFilter in west with a cluster that Envoy does not take",
    causes: ["proxy-rejects west"],
    inject: () =>
      applyAll("west", [
        istioObject("EnvoyFilter", "istio-system", "wrong", {
          configPatches: [
            {
              applyTo: "CLUSTER",
              patch: { operation: "ADD", value: { name: "wrong", type: "STATIC", lb_policy: "CLUSTER_PROVIDED" } },
            },
          ],
        }),
      ]),
    mend: byHand(/Find the EnvoyFilter/, "the EnvoyFilter deleted", () =>
      kubectl("west", ...inSystem, "delete", "envoyfilter", "wrong"),
    ),
  },
  {
    name: "proxy-of-an-old-release",
    done: "kept the proxy of a workload in west at 1.28 (told by its metadata: the lab has one image)",
    causes: ["proxy-version west"],
    inject: async () => {
      const value = JSON.stringify({ proxyMetadata: { ISTIO_META_ISTIO_VERSION: "1.28.3" } });
      await edit("west", shop, "deployment", "basket", {
        op: "add",
        path: `/spec/template/metadata/annotations/${proxyConfig}`,
        value,
      });
    },
    mend: byHand(/Restart what they belong to/, "restarted without what kept it", () =>
      edit("west", shop, "deployment", "basket", {
        op: "remove",
        path: `/spec/template/metadata/annotations/${proxyConfig}`,
      }),
    ),
  },
];
