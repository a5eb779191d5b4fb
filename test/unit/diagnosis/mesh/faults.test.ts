import assert from "node:assert/strict";
import { diagnose, faults, type ClusterSnapshot, type MeshSnapshot, type Snapshot } from "../../../../diagnosis";
import type { MeshConfig } from "../../../../topology";
import { primaryRemoteNetworks, topologies, twoPrimaries } from "../../../support/plans";
import {
  certificate,
  changed,
  changedKubeconfigs,
  changedPolicies,
  changedSystem,
  healthy,
  serverOf,
  takenAt,
} from "./healthy";

const mesh: MeshConfig = { ...twoPrimaries, namespaces: { shop: {} } };

/** First causes as `id cluster…`. */
const causesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).firstCauses.map(({ clusters, id }) => [id, ...clusters].join(" "));

const consequencesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).consequences.map(({ finding: { clusters, id } }) => [id, ...clusters].join(" "));

type Change = (cluster: ClusterSnapshot) => object;

const both =
  (...changes: readonly Change[]): Change =>
  (cluster) =>
    changes.reduce<ClusterSnapshot>((before, change) => ({ ...before, ...change(before) }), cluster);

/** A pod of a Deployment that runs and is not ready, or is not there at all. */
const notReady = (name: string, what: "pod" | "scaled"): Change =>
  changedSystem(({ deployments, pods, replicaSets }) => ({
    deployments: deployments.map((one) =>
      one.metadata?.name === name && what === "scaled" ? { ...one, spec: { replicas: 0 } } : one,
    ),
    replicaSets: replicaSets.map((one) =>
      one.metadata?.name === `${name}-1` ? { ...one, status: { replicas: 1, readyReplicas: 0 } } : one,
    ),
    pods: pods.flatMap((pod) => {
      if (pod.metadata?.name !== `${name}-1-a`) return [pod];
      return what === "scaled" ? [] : [{ ...pod, status: { conditions: [{ type: "Ready", status: "False" }] } }];
    }),
  }));

/** The gateway's Service, changed. */
const gatewayService = (change: (service: Snapshot["services"][number]) => object): Change =>
  changedSystem(({ services }) => ({
    services: services.map((one) =>
      one.metadata?.name === "istio-eastwestgateway" ? { ...one, ...change(one) } : one,
    ),
  }));

const unsynced: Change = ({ istiods = [] }) => ({
  istiods: istiods.map((one) => ({
    ...one,
    remotes: (one.remotes ?? []).map((remote) => ({ ...remote, syncStatus: "timeout" })),
    lines: { west: ["error cluster west: connection refused"] },
  })),
});

const authority =
  (change: (given: Exclude<ClusterSnapshot["authority"], undefined | "none">) => object): Change =>
  (cluster) => {
    if (cluster.authority === undefined || cluster.authority === "none") throw new RangeError("no CA is known");
    return { authority: { ...cluster.authority, ...change(cluster.authority) } };
  };

const expired = { notAfter: "2026-11-29T10:00:00.000Z" };

const everything = { groups: ["*"], resources: ["*"], verbs: ["*"] };

/** What is read of a cluster, part by part. */
const parts = [
  "system",
  "namespaces",
  "webhooks",
  "meshConfig",
  "publishedRoots",
  "authority",
  "accountTokens",
  "remoteKubeconfigs",
  "policies",
  "istiods",
  "apiServer",
  "dns",
  "accountRights",
  "networkPolicies",
  "services",
  "podsWithoutSidecar",
  "otherIstiods",
  "istiodEndpoints",
];

/** One change of a healthy mesh, and the first causes that it makes. */
const single: readonly (readonly [cause: string, cluster: string, change: Change])[] = [
  [
    "cluster-unreachable west",
    "west",
    () => ({
      ...Object.fromEntries(parts.map((part) => [part, undefined])),
      trouble: { expected: "an answer", found: "none", fix: "Start it." },
    }),
  ],
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
    "client-tls-off east",
    "east",
    changedPolicies({ destinationRules: [{ name: "default", host: "*.local", tlsMode: "DISABLE" }] }),
  ],
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
        one.metadata?.name === "istiod" ? { ...one, spec: { selector: { app: "istiod-canary" } } } : one,
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
    "services-differ east west",
    "east",
    () => ({ services: [{ namespace: "shop", name: "basket", shape: "headless, http 80" }] }),
  ],
  [
    "proxy-rejects east west",
    "east",
    istiodSaying({ rejects: [{ proxy: "basket-1-a.shop", cluster: "west", part: "Cluster", error: "no address" }] }),
  ],
  ["proxy-version east", "east", istiodSaying({ proxyVersions: { "1.29.4": ["basket-1-a.shop (east)"] } })],
  [
    "istiod-versions-differ east west",
    "east",
    changedSystem(({ pods }) => ({
      pods: pods.map((pod) =>
        pod.metadata?.name === "istiod-1-a"
          ? { ...pod, spec: { containers: [{ name: "discovery", image: "example.com:5000/istio/pilot:1.30.0" }] } }
          : pod,
      ),
    })),
  ],
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
];

function rightsOf(account: string, rights: readonly (typeof everything)[]): Change {
  return ({ accountRights = [] }) => ({
    accountRights: accountRights.map((one) => (one.account === account ? { account, rights } : one)),
  });
}

/** A new ReplicaSet of a Deployment whose image nobody has, beside the pods of before. */
function newImage(name: string): Change {
  return changedSystem(({ pods, replicaSets }) => ({
    replicaSets: [
      ...replicaSets,
      {
        metadata: {
          name: `${name}-2`,
          uid: `${name}-2`,
          annotations: { "deployment.kubernetes.io/revision": "2" },
          ownerReferences: [{ kind: "Deployment", name, uid: name }],
        },
        status: { replicas: 1, readyReplicas: 0 },
      },
    ],
    pods: [
      ...pods,
      {
        metadata: {
          name: `${name}-2-a`,
          ownerReferences: [{ kind: "ReplicaSet", name: `${name}-2`, uid: `${name}-2` }],
        },
        status: {
          containerStatuses: [
            { name: "a", state: { waiting: { reason: "ErrImagePull", message: "manifest unknown" } } },
          ],
        },
      },
    ],
  }));
}

/** A NetworkPolicy in the place of the one that lets all through. */
function networkPolicy(policy: object): Change {
  return () => ({ networkPolicies: [{ name: "narrow", ...policy }] });
}

function istiodSaying(words: object): Change {
  return ({ istiods = [] }) => ({ istiods: istiods.map((one) => ({ ...one, ...words })) });
}

function injector(): NonNullable<ClusterSnapshot["webhooks"]>[number] {
  const found = healthy(mesh).clusters[0]?.webhooks?.[0];
  assert.ok(found);
  return found;
}

function policy(
  action: string,
  rules: "none" | "every",
): NonNullable<ClusterSnapshot["policies"]>["authorizationPolicies"][number] {
  return { namespace: "istio-system", name: "all", action, scope: "all", rules };
}

describe("the causes of what is wrong with a mesh", () => {
  for (const [title, config] of Object.entries(topologies)) {
    it(`are none where all is as it should be: ${title}`, () => {
      assert.deepEqual(diagnose(healthy(config)), { firstCauses: [], consequences: [] });
    });
  }

  for (const [cause, cluster, change] of single) {
    it(`${cause}: alone, with proof and what to do`, () => {
      const snapshot = changed(healthy(mesh), cluster, change);
      assert.deepEqual(causesIn(snapshot), [cause]);
      for (const { fix, found, proof } of diagnose(snapshot).firstCauses) {
        assert.match(fix, /^[A-Z].*\.$/s);
        assert.notEqual(found, "");
        assert.ok(proof.every((line) => line !== ""));
      }
    });
  }

  it("are tried all, but for those that only a mesh with an exposed istiod can have", () => {
    const tried = new Set(single.map(([cause]) => cause.split(" ", 1)[0]));
    const untried = faults.map(({ id }) => id).filter((id) => !tried.has(id));
    assert.deepEqual(untried, ["istiod-endpoint", "exposed-istiod-address"]);
    const snapshot = changed(healthy(primaryRemoteNetworks), "west", (cluster) =>
      changedSystem(({ services }) => ({
        services: services.filter(({ metadata }) => metadata?.name !== "istiod-exposed"),
      }))(cluster),
    );
    assert.deepEqual(causesIn(snapshot), ["exposed-istiod-address west"]);
  });

  it("come after those that they may follow from, each once", () => {
    const ids = faults.map(({ id }) => id);
    assert.deepEqual([...new Set(ids)], ids);
    for (const { follows, id } of faults) {
      for (const origin of follows) assert.ok(ids.indexOf(origin.id) < ids.indexOf(id), `${origin.id} before ${id}`);
    }
  });

  it("are told apart from what follows from them", () => {
    const unreachable = single[0];
    assert.ok(unreachable);
    const cut = changed(changed(healthy(mesh), "west", unreachable[2]), "east", unsynced);
    assert.deepEqual(causesIn(cut), ["cluster-unreachable west"]);
    assert.deepEqual(consequencesIn(cut), ["remote-cluster-not-synced east west"]);

    const down = changed(
      healthy(mesh),
      "east",
      both(notReady("istiod", "scaled"), notReady("istio-eastwestgateway", "pod"), () => ({
        webhooks: [{ ...injector(), authorities: [] }],
      })),
    );
    assert.deepEqual(causesIn(down), ["istiod-down east"]);
    assert.deepEqual(consequencesIn(down), ["webhook-authority east", "gateway-down east"]);

    const lost = changed(
      healthy(mesh),
      "east",
      both(() => ({ remoteKubeconfigs: [] }), unsynced),
    );
    assert.deepEqual(causesIn(lost), ["remote-secret-missing east west"]);
    assert.deepEqual(consequencesIn(lost), ["remote-cluster-not-synced east west"]);
  });

  it("are where a remote cluster looks for its istiod: by hand, or by an address of the mesh's file that fails", () => {
    const remote = primaryRemoteNetworks;
    const elsewhere = changed(healthy(remote), "edge", () => ({
      istiodEndpoints: [{ service: "istiod", addresses: ["192.0.2.11"] }],
    }));
    const withGatewayDown = changed(elsewhere, "edge", notReady("istio-eastwestgateway", "pod"));
    assert.deepEqual(causesIn(elsewhere), ["istiod-endpoint edge west"]);
    assert.deepEqual(causesIn(withGatewayDown), ["istiod-endpoint edge west"]);
    assert.deepEqual(consequencesIn(withGatewayDown), ["gateway-down edge"]);

    const meant = ({ mesh: facts, ...snapshot }: MeshSnapshot): MeshSnapshot => ({
      ...snapshot,
      mesh: {
        ...facts,
        controlPlanes: facts.controlPlanes.map((one) => ({ ...one, exposed: { address: "192.0.2.11" } })),
      },
    });
    assert.deepEqual(causesIn(meant(elsewhere)), []);
    assert.deepEqual(causesIn(meant(withGatewayDown)), ["istiod-endpoint edge west"]);
  });

  it("are one for a cluster in which the mesh is not installed yet, and for who is to read it", () => {
    const bare = changed(
      healthy(mesh),
      "west",
      both(
        changedSystem(() => ({ deployments: [], pods: [], services: [] })),
        () => ({
          namespaces: [],
          webhooks: [],
          meshConfig: "none",
          publishedRoots: [],
          authority: "none",
          accountTokens: [],
          remoteKubeconfigs: [],
          istiods: [],
        }),
        changedPolicies({ peerAuthentications: [], passthroughGateways: [] }),
      ),
    );
    assert.deepEqual(
      causesIn(
        changed(
          bare,
          "east",
          both(() => ({ remoteKubeconfigs: [] }), unsynced),
        ),
      ),
      ["system-namespace-missing west"],
    );
  });

  it("are two where there are two, and one does not hide the other's consequences", () => {
    const snapshot = changed(
      changed(
        healthy(mesh),
        "east",
        both(() => ({ remoteKubeconfigs: [] }), unsynced),
      ),
      "west",
      both(notReady("istiod", "scaled"), unsynced),
    );
    assert.deepEqual(causesIn(snapshot), ["istiod-down west", "remote-secret-missing east west"]);
    const { consequences } = diagnose(snapshot);
    assert.deepEqual(
      consequences.map(({ finding, from }) => [finding.clusters.join(" "), from.map(({ id }) => id).join()]),
      [
        ["east west", "remote-secret-missing"],
        ["west east", "istiod-down"],
      ],
    );
  });

  it("leave a pair alone whose other direction is broken", () => {
    const snapshot = changed(
      changed(healthy(mesh), "east", () => ({ remoteKubeconfigs: [] })),
      "west",
      unsynced,
    );
    assert.deepEqual(causesIn(snapshot), ["remote-secret-missing east west", "remote-cluster-not-synced west east"]);
  });

  it("of a chain of causes are the first alone", () => {
    const snapshot = changed(
      healthy(mesh),
      "east",
      both(
        authority(({ roots }) => ({ chain: [certificate("i", expired)], roots })),
        notReady("istiod", "pod"),
        notReady("istio-eastwestgateway", "pod"),
      ),
    );
    assert.deepEqual(causesIn(snapshot), ["certificate-lifetime east"]);
    const { consequences } = diagnose(snapshot);
    assert.deepEqual(
      consequences.map(({ from }) => from.map(({ id }) => id)),
      [["certificate-lifetime"], ["certificate-lifetime"]],
    );
  });

  it("say the dates of a certificate that has ended, and the words of the cluster", () => {
    const snapshot = changed(
      healthy(mesh),
      "east",
      authority(({ roots }) => ({ chain: [certificate("i", expired)], roots })),
    );
    assert.deepEqual(diagnose(snapshot).firstCauses[0]?.proof, [
      `CN=i: valid from 2026-11-01T00:00:00.000Z to ${expired.notAfter} (SHA-256 i)`,
    ]);
    assert.deepEqual(diagnose(changed(healthy(mesh), "east", unsynced)).firstCauses[0]?.proof, [
      "istiod-1-a says timeout",
      "istiod-1-a: error cluster west: connection refused",
    ]);
    assert.equal(takenAt > expired.notAfter, true);
  });

  it("are none in what is meant so", () => {
    const meant: readonly Change[] = [
      // Another way to an API server, which istiod has read by it.
      changedKubeconfigs((one) => ({ ...one, server: "https://198.51.100.9:6443/", authorities: ["proxy"] })),
      // The same address, written otherwise.
      changedKubeconfigs((one) => ({ ...one, server: `${serverOf("west").toUpperCase()}/` })),
      // A change of roots: the other one is trusted beside.
      () => ({ publishedRoots: [certificate("root"), certificate("next")] }),
      // Nothing is allowed by itself, and what is needed is.
      changedPolicies({
        authorizationPolicies: [
          policy("ALLOW", "none"),
          { ...policy("ALLOW", "every"), scope: "selected", rules: "some" },
        ],
      }),
      // A policy of one namespace.
      changedPolicies({ authorizationPolicies: [{ ...policy("DENY", "every"), namespace: "shop" }] }),
      // One service outside of the mesh.
      changedPolicies({ destinationRules: [{ name: "bank", host: "bank.example.org", tlsMode: "SIMPLE" }] }),
      // A token with an end that is not there yet, which stands in no Secret.
      changedKubeconfigs((one) => ({ ...one, token: "secret:98", tokenEndsAt: "2026-12-01T00:00:00.000Z" })),
      // A port by its name, of which nobody here knows which it is; and policies that together let all in.
      networkPolicy({ namespace: "istio-system", podSelector: {}, ingress: [{ ports: [{ first: "https" }] }] }),
      () => ({
        networkPolicies: [
          { namespace: "istio-system", name: "nothing", podSelector: {}, ingress: [] },
          { namespace: "istio-system", name: "all", podSelector: {}, ingress: [{ ports: [] }] },
        ],
      }),
      // A pod without a sidecar where none is to have one.
      () => ({ podsWithoutSidecar: [{ namespace: "kube-system", pod: "coredns-1-a" }] }),
      // A Service that another cluster does not have, and one outside the mesh that is called in plain text.
      ({ services = [] }) => ({ services: [...services, { namespace: "shop", name: "stock", shape: "http 80" }] }),
      changedPolicies({ serviceRules: [{ namespace: "shop", name: "db", host: "db.store", tlsMode: "DISABLE" }] }),
      // Proxies that wait for their restart after an upgrade.
      istiodSaying({ proxyVersions: { "1.30.4": ["basket-1-a.shop (east)"], "1.31.1": [], lab: [] } }),
      // A validator whose istiod has not filled it in, and that stops nobody.
      ({ webhooks = [] }) => ({
        webhooks: [...webhooks, { ...injector(), kind: "validator", failurePolicy: "Ignore", authorities: [] }],
      }),
    ];
    for (const change of meant) assert.deepEqual(causesIn(changed(healthy(mesh), "east", change)), []);
  });

  it("are judged by what was read: parts that were not are none", () => {
    for (const part of parts) {
      const snapshot = changed(healthy(mesh), "east", () => ({ [part]: undefined }));
      assert.deepEqual(causesIn(snapshot), [], part);
    }
  });
});
