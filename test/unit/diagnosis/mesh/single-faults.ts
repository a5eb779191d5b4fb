import {
  type Change,
  both,
  notReady,
  gatewayService,
  unsynced,
  authority,
  expired,
  everything,
  olderIstiod,
  parts,
  rightsOf,
  newImage,
  networkPolicy,
  istiodSaying,
  localityRule,
  injector,
  policy,
} from "./changes";
import {
  certificate,
  changedKubeconfigs,
  changedPolicies,
  changedSystem,
  passthroughGateway,
  proxyCertificate,
  serverOf,
} from "./healthy";

/** One change of a healthy mesh, and the first causes that it makes. */
export const single: readonly (readonly [cause: string, cluster: string, change: Change])[] = [
  [
    "cluster-unreachable west",
    "west",
    () => ({
      ...Object.fromEntries(parts.map((part) => [part, undefined])),
      trouble: { expected: "an answer", found: "none", fix: "Start it." },
    }),
  ],
  ["another-cluster west", "west", () => ({ membership: { mesh: "mesh2", cluster: "west" } })],
  ["system-namespace-missing west", "west", () => ({ namespaces: [] })],
  ["intermediate-missing east", "east", () => ({ authority: "none" })],
  ["intermediate-incomplete east", "east", authority(() => ({ missing: ["ca-key.pem"] }))],
  ["certificate-lifetime east", "east", authority(({ roots }) => ({ chain: [certificate("i", expired)], roots }))],
  [
    "certificate-lifetime east",
    "east",
    authority(({ chain }) => ({ chain, roots: [certificate("root", { notBefore: "2026-12-01T00:00:00.000Z" })] })),
  ],
  ["certificate-chain east", "east", authority(() => ({ chain: [certificate("i", { signedBy: "elsewhere" })] }))],
  ["istiod-missing east", "east", changedSystem(() => ({ deployments: [], pods: [] }))],
  ["istiod-down east", "east", notReady("istiod", "pod")],
  ["istiod-down east", "east", notReady("istiod", "scaled")],
  ["signing-root east", "east", () => ({ publishedRoots: [certificate("of-its-own")] })],
  [
    "roots-differ east west",
    "east",
    both(
      () => ({ publishedRoots: [certificate("other")], webhooks: [{ ...injector(), authorities: ["other"] }] }),
      authority(() => ({
        chain: [certificate("i", { signedBy: "other" })],
        roots: [certificate("other", { signedBy: "other" })],
      })),
    ),
  ],
  ["trust-domain-differs east west", "west", () => ({ meshConfig: { meshId: "mesh1", trustDomain: "cluster.local" } })],
  ["mesh-id-differs east west", "west", () => ({ meshConfig: { meshId: "mesh2", trustDomain: "mesh1.internal" } })],
  [
    "network-label west",
    "west",
    ({ namespaces = [] }) => ({
      namespaces: namespaces.map((one) => ({ ...one, labels: one.name === "shop" ? one.labels : {} })),
    }),
  ],
  [
    "network-label west",
    "west",
    ({ namespaces = [] }) => ({
      namespaces: namespaces.map((one) =>
        one.name === "shop" ? one : { ...one, labels: { "topology.istio.io/network": "east" } },
      ),
    }),
  ],
  ["webhook-missing east", "east", () => ({ webhooks: [] })],
  [
    "webhook-service east",
    "east",
    () => ({ webhooks: [{ ...injector(), service: { namespace: "istio-system", name: "istiod-canary" } }] }),
  ],
  ["webhook-authority east", "east", () => ({ webhooks: [{ ...injector(), authorities: [] }] })],
  ["webhook-authority east", "east", () => ({ webhooks: [{ ...injector(), authorities: ["another"] }] })],
  [
    "injection-label east",
    "east",
    ({ namespaces = [] }) => ({
      namespaces: namespaces.map((one) => (one.name === "shop" ? { ...one, labels: {} } : one)),
    }),
  ],
  ["gateway-missing east", "east", changedSystem(({ services }) => ({ services: services.slice(0, 2) }))],
  ["gateway-network-label east", "east", gatewayService(({ metadata }) => ({ metadata: { ...metadata, labels: {} } }))],
  ["gateway-port east", "east", gatewayService(({ spec }) => ({ spec: { ...spec, ports: [{ port: 15021 }] } }))],
  [
    "gateway-selector east",
    "east",
    gatewayService(({ spec }) => ({ spec: { ...spec, selector: { istio: "ingress" } } })),
  ],
  ["gateway-down east", "east", notReady("istio-eastwestgateway", "pod")],
  ["gateway-down east", "east", notReady("istio-eastwestgateway", "scaled")],
  ["gateway-address east", "east", gatewayService(() => ({ status: { loadBalancer: {} } }))],
  ["gateway-not-listening east", "east", changedPolicies({ passthroughGateways: [{ name: "other", ports: [] }] })],
  ["remote-secret-missing east west", "east", () => ({ remoteKubeconfigs: [] })],
  ["remote-secret-label east west", "east", changedKubeconfigs((one) => ({ ...one, isLabelled: false }))],
  ["remote-secret-key east west", "east", changedKubeconfigs((one) => ({ ...one, key: "kubernetes-west" }))],
  [
    "remote-secret-unreadable east west",
    "east",
    both(
      changedKubeconfigs(({ isLabelled, key, secret }) => ({ isLabelled, key, secret, defect: "nothing" })),
      unsynced,
    ),
  ],
  [
    "remote-secret-server east west",
    "east",
    both(
      changedKubeconfigs((one) => ({ ...one, server: "https://127.0.0.1:6443" })),
      unsynced,
    ),
  ],
  ["remote-secret-server east west", "east", changedKubeconfigs((one) => ({ ...one, server: serverOf("east") }))],
  [
    "remote-secret-authority east west",
    "east",
    both(
      changedKubeconfigs((one) => ({ ...one, authorities: ["old"] })),
      unsynced,
    ),
  ],
  ["remote-secret-token east west", "east", changedKubeconfigs((one) => ({ ...one, token: "secret:99" }))],
  ["remote-secret-token east west", "east", changedKubeconfigs((one) => ({ ...one, tokenEndsAt: expired.notAfter }))],
  ["remote-cluster-not-synced east west", "east", unsynced],
  ["mutual-tls-off east", "east", changedPolicies({ peerAuthentications: [{ name: "default", mode: "DISABLE" }] })],
  ["calls-denied east", "east", changedPolicies({ authorizationPolicies: [policy("DENY", "every")] })],
  ["calls-denied east", "east", changedPolicies({ authorizationPolicies: [policy("ALLOW", "none")] })],
  [
    "namespace-calls-denied east",
    "east",
    changedPolicies({ authorizationPolicies: [{ ...policy("ALLOW", "none"), namespace: "shop" }] }),
  ],
  [
    "namespace-calls-denied east",
    "east",
    changedPolicies({ authorizationPolicies: [{ ...policy("DENY", "every"), namespace: "shop" }] }),
  ],
  [
    "namespace-unheard west",
    "west",
    ({ namespaces = [] }) => ({ namespaces: [...namespaces, { name: "old", labels: { "istio.io/rev": "1-28" } }] }),
  ],
  [
    "client-tls-off east",
    "east",
    changedPolicies({ destinationRules: [{ name: "default", host: "*.local", tlsMode: "DISABLE" }] }),
  ],
  ["clock-differs west", "west", () => ({ clockAheadMs: -90_000 })],
  ["dns-down west", "west", () => ({ dns: { deployments: [{ name: "coredns", replicas: 0 }], readyCount: 0 } })],
  ["dns-down west", "west", () => ({ dns: { deployments: [], readyCount: 0 } })],
  [
    "another-control-plane west",
    "west",
    () => ({ otherIstiods: [{ namespace: "other", name: "istiod", revision: "default" }] }),
  ],
  [
    "another-control-plane west",
    "west",
    ({ webhooks = [] }) => ({
      otherIstiods: [{ namespace: "other", name: "istiod", revision: "blue" }],
      webhooks: [...webhooks, { ...injector(), service: { namespace: "other", name: "istiod-blue" } }],
    }),
  ],
  ["intermediate-key east", "east", authority(() => ({ keyFits: false }))],
  ["istiod-rights east", "east", rightsOf("istiod", [])],
  ["istiod-rights east", "east", rightsOf("istiod", [{ ...everything, verbs: ["list", "watch"] }])],
  ["remote-reader-rights west", "west", rightsOf("istio-reader-service-account", [{ ...everything, groups: [""] }])],
  [
    "istiod-service east",
    "east",
    changedSystem(({ services }) => ({
      services: services.map((one) =>
        one.metadata?.name === "istiod" ? { ...one, spec: { ...one.spec, selector: { app: "istiod-canary" } } } : one,
      ),
    })),
  ],
  [
    "cluster-id east",
    "east",
    ({ istiods = [] }) => ({
      istiods: istiods.map((one) => ({
        ...one,
        remotes: [
          { id: "Kubernetes", syncStatus: "synced" },
          ...(one.remotes ?? []).filter(({ secretName }) => secretName !== undefined),
        ],
      })),
    }),
  ],
  ["rollout-stuck east", "east", newImage("istiod")],
  ["rollout-stuck east", "east", newImage("istio-eastwestgateway")],
  ["network-policy east", "east", networkPolicy({ namespace: "istio-system", podSelector: {}, ingress: [] })],
  [
    "network-policy east",
    "east",
    networkPolicy({
      namespace: "istio-system",
      podSelector: { matchLabels: { app: "istiod" } },
      ingress: [{ ports: [{ first: 15012 }] }],
    }),
  ],
  [
    "network-policy east",
    "east",
    networkPolicy({
      namespace: "istio-system",
      podSelector: { matchExpressions: [{ key: "istio", operator: "In", values: ["eastwestgateway"] }] },
      ingress: [{ ports: [{ first: 15000, last: 15442 }] }],
    }),
  ],
  ["network-policy east", "east", networkPolicy({ namespace: "shop", podSelector: {}, egress: [] })],
  ["sidecar-missing east", "east", () => ({ podsWithoutSidecar: [{ namespace: "shop", pod: "basket-1-a" }] })],
  [
    "service-tls-off east",
    "east",
    changedPolicies({
      serviceRules: [{ namespace: "shop", name: "plain", host: "basket", tlsMode: "DISABLE" }],
    }),
  ],
  [
    "service-tls-off east",
    "east",
    changedPolicies({
      destinationRules: [{ name: "plain", host: "basket.shop.svc.cluster.local", tlsMode: "DISABLE" }],
    }),
  ],
  [
    "locality-distribute east",
    "east",
    changedPolicies({ localityRules: [localityRule({ distribute: [{ from: "*", to: ["east/*"] }] })] }),
  ],
  ["locality-failover east", "east", changedPolicies({ localityRules: [localityRule({ orderedBy: ["region"] })] })],
  [
    "services-differ east west",
    "east",
    () => ({ services: [{ namespace: "shop", name: "basket", shape: "headless, http 80" }] }),
  ],
  [
    "proxy-certificate east",
    "east",
    () => ({ proxyCertificates: [{ ...proxyCertificate("shop", "basket-1-a", "east"), ...expired }] }),
  ],
  [
    "proxy-rejects east west",
    "east",
    istiodSaying({ rejects: [{ proxy: "basket-1-a.shop", cluster: "west", part: "Cluster", error: "no address" }] }),
  ],
  ["proxy-version east", "east", istiodSaying({ proxyVersions: { "1.29.4": ["basket-1-a.shop (east)"] } })],
  ["istiod-versions-differ east west", "east", olderIstiod],
  [
    "remote-secret-leftover east",
    "east",
    ({ remoteKubeconfigs = [] }) => ({
      remoteKubeconfigs: [
        ...remoteKubeconfigs,
        { secret: "istio-remote-secret-gone", isLabelled: true, key: "gone", server: serverOf("gone") },
      ],
    }),
  ],
  [
    "istiod-service east",
    "east",
    changedSystem(({ services }) => ({
      services: services.map((one) =>
        one.metadata?.name === "istiod"
          ? { ...one, spec: { ...one.spec, ports: [{ port: 443, targetPort: 15017 }] } }
          : one,
      ),
    })),
  ],
  [
    "istiod-service east",
    "east",
    changedSystem(({ services }) => ({
      services: services.map((one) =>
        one.metadata?.name === "istiod"
          ? {
              ...one,
              spec: {
                ...one.spec,
                ports: [
                  { port: 15012, targetPort: 15012 },
                  { port: 443, targetPort: 443 },
                ],
              },
            }
          : one,
      ),
    })),
  ],
  [
    "gateway-not-listening west",
    "west",
    changedPolicies({ passthroughGateways: [{ ...passthroughGateway, hosts: ["*.example.com"] }] }),
  ],
  [
    "gateway-not-listening west",
    "west",
    changedPolicies({ passthroughGateways: [{ ...passthroughGateway, selector: { istio: "ingressgateway" } }] }),
  ],
  [
    "remote-secret-twice east west",
    "east",
    ({ remoteKubeconfigs = [] }) => ({
      remoteKubeconfigs: [
        ...remoteKubeconfigs,
        ...remoteKubeconfigs.map((one) => ({ ...one, secret: "istio-remote-secret-west", token: "secret:old" })),
      ],
    }),
  ],
  [
    "remote-secret-twice east west",
    "east",
    ({ remoteKubeconfigs = [] }) => ({
      remoteKubeconfigs: [
        ...remoteKubeconfigs.map((one) => ({ ...one, secret: "a-former-one", token: "secret:old" })),
        ...remoteKubeconfigs,
      ],
    }),
  ],
  [
    "namespace-missing west",
    "west",
    ({ namespaces = [] }) => ({ namespaces: namespaces.filter(({ name }) => name !== "shop") }),
  ],
  ["webhook-selector west", "west", () => ({ webhooks: [{ ...injector(), namespaces: [] }] })],
  [
    "webhook-selector west",
    "west",
    () => ({
      webhooks: [{ ...injector(), namespaces: [] }],
      podsWithoutSidecar: [{ namespace: "shop", pod: "basket-1" }],
    }),
  ],
  [
    "workload-network west",
    "west",
    () => ({ podNetworks: [{ namespace: "shop", pod: "basket-1", network: "nowhere" }] }),
  ],
  ["workload-tls-off west", "west", changedPolicies({ plainNamespaces: [{ namespace: "shop", name: "plain" }] })],
];
