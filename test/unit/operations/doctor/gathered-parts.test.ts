import assert from "node:assert/strict";
import { CommandFailed } from "../../../../access";
import { gatherCluster } from "../../../../operations/doctor/gather-cluster";
import { SecretTokens } from "../../../../operations/doctor/secret-tokens";
import { dumpOf, leafOf, makeRoot } from "../../preflight/trust/showing";
import { paperCluster, paperTrust, secretsOf, type PaperChange, type PaperTrust } from "./paper-cluster";

const secrets = "/api/v1/namespaces/istio-system/secrets";

describe("what isthmus doctor keeps of what it gathers", () => {
  let trust: PaperTrust;
  before(async () => {
    trust = await paperTrust();
  });

  it("has what stands around the mesh, cut down to what is judged", async () => {
    const core = "/api/v1/namespaces/kube-system";
    const pod = (name: string, spec: object, labels = {}): object => ({
      metadata: { name, namespace: "shop", labels },
      spec,
      status: { phase: "Running" },
    });
    const client = paperCluster("east", "west", trust, secretsOf("east"), {
      objects: {
        "/api/v1/namespaces": [{ metadata: { name: "shop", labels: { "istio-injection": "enabled" } } }],
        "/api/v1/services": [
          { metadata: { name: "basket", namespace: "shop" }, spec: { ports: [{ name: "http", port: 80 }] } },
          { metadata: { name: "kube-dns", namespace: "kube-system" }, spec: {} },
        ],
        "/api/v1/namespaces/shop/pods": [
          pod("plain", { containers: [{ name: "basket" }] }),
          pod("meshed", { containers: [{ name: "basket" }], initContainers: [{ name: "istio-proxy" }] }),
          pod("left-out", { containers: [{ name: "job" }] }, { "sidecar.istio.io/inject": "false" }),
        ],
        [`${core}/services/kube-dns`]: {},
        "/apis/apps/v1/namespaces/kube-system/deployments": [{ metadata: { name: "coredns" }, spec: { replicas: 0 } }],
        "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices": [
          { endpoints: [{ addresses: ["198.51.100.53"], conditions: { ready: false } }] },
        ],
        "/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices": [
          {
            metadata: { labels: { "kubernetes.io/service-name": "istiod" } },
            endpoints: [{ addresses: ["192.0.2.11"] }],
          },
          {
            metadata: {
              labels: {
                "kubernetes.io/service-name": "istiod",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
              },
            },
            endpoints: [{ addresses: ["10.0.0.7"] }],
          },
        ],
        "/apis/networking.k8s.io/v1/networkpolicies": [
          {
            metadata: { name: "narrow", namespace: "shop" },
            spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }, { port: 8000, endPort: 8100 }] }] },
          },
          { metadata: { name: "theirs", namespace: "elsewhere" }, spec: { podSelector: {} } },
        ],
        "/apis/apps/v1/deployments": [
          { metadata: { name: "istiod", namespace: "istio-system" } },
          { metadata: { name: "istiod-blue", namespace: "other", labels: { "istio.io/rev": "blue" } } },
        ],
        "/apis/networking.istio.io/v1/destinationrules": [
          {
            metadata: { name: "plain", namespace: "shop" },
            spec: { host: "basket", trafficPolicy: { tls: { mode: "DISABLE" } } },
          },
        ],
      },
      proxies: [
        {
          proxy: "basket-1-a.shop",
          cluster_id: "east",
          istio_version: "1.31.1",
          resources: { "type.googleapis.com/envoy.config.cluster.v3.Cluster": { lastError: "x".repeat(1_000) } },
        },
      ],
    });
    const seen = await gatherCluster({
      client,
      tokens: new SecretTokens(),
      namespaces: ["shop"],
      reads: ["west"],
      apiServer: undefined,
    });
    assert.deepEqual(seen.unread, []);
    const { dns, istiodEndpoints, istiods, networkPolicies, otherIstiods, podsWithoutSidecar, policies, services } =
      seen;
    assert.deepEqual(
      { dns, istiodEndpoints, networkPolicies, otherIstiods, podsWithoutSidecar, services },
      {
        dns: { deployments: [{ name: "coredns", replicas: 0 }], readyCount: 0 },
        istiodEndpoints: [{ service: "istiod", addresses: ["192.0.2.11"] }],
        networkPolicies: [
          {
            namespace: "shop",
            name: "narrow",
            podSelector: {},
            ingress: [{ ports: [{ first: 80 }, { first: 8000, last: 8100 }] }],
          },
        ],
        otherIstiods: [{ namespace: "other", name: "istiod-blue", revision: "blue" }],
        podsWithoutSidecar: [{ namespace: "shop", pod: "plain" }],
        services: [{ namespace: "shop", name: "basket", shape: "http 80" }],
      },
    );
    assert.deepEqual(policies?.serviceRules, [
      { namespace: "shop", name: "plain", host: "basket", tlsMode: "DISABLE" },
    ]);
    assert.deepEqual(policies.destinationRules, []);
    assert.deepEqual(istiods?.[0]?.rejects, [
      { proxy: "basket-1-a.shop", cluster: "east", part: "Cluster", error: "x".repeat(300) },
    ]);
    assert.deepEqual(istiods[0].proxyVersions, { "1.31.1": ["basket-1-a.shop (east)"] });
  });

  it("has what the eldest proxy of each namespace and of each gateway presents, of those that are ready", async () => {
    const mesh = await makeRoot("Root", "east");
    const intermediate = mesh.sites["east"];
    assert.ok(intermediate);
    const leaf = await leafOf(intermediate);
    const pod = (namespace: string, name: string, day: number, change: object = {}): object => ({
      metadata: {
        namespace,
        name,
        creationTimestamp: `2026-11-0${String(day)}T00:00:00Z`,
        ownerReferences: [{ name: name.slice(0, -2) }],
      },
      spec: { containers: [{ name: "istio-proxy" }] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      ...change,
    });
    const asked: string[] = [];
    const client = paperCluster("east", "west", trust, secretsOf("east"), {
      objects: {
        "/api/v1/namespaces/istio-system/pods": [
          pod("istio-system", "gateway-1-a", 2),
          pod("istio-system", "gateway-1-b", 1),
          pod("istio-system", "ingress-1-a", 3),
          pod("istio-system", "istiod-1-a", 1, { spec: { containers: [{ name: "discovery" }] } }),
        ],
        "/api/v1/namespaces/shop/pods": [
          pod("shop", "late-1-a", 1, { status: { phase: "Running" } }),
          pod("shop", "basket-1-a", 2),
          pod("shop", "stock-1-a", 3),
        ],
        "/api/v1/namespaces/bank/pods": [pod("bank", "silent-1-a", 1)],
        "/api/v1/namespaces/bank/pods/silent-1-a": { status: { phase: "Running" } },
      },
      proxyDump: (name) => {
        asked.push(name);
        if (name === "silent-1-a") throw new CommandFailed("pilot-agent", "no answer");
        return dumpOf([leaf, intermediate], [mesh.root]);
      },
    });
    const { proxyCertificates, unread } = await gatherCluster({
      client,
      tokens: new SecretTokens(),
      namespaces: ["shop", "bank"],
      reads: undefined,
      apiServer: undefined,
    });
    assert.deepEqual(asked.sort(), ["basket-1-a", "gateway-1-b", "ingress-1-a", "silent-1-a"]);
    assert.deepEqual(proxyCertificates?.map((one) => one.pod).sort(), ["basket-1-a", "gateway-1-b", "ingress-1-a"]);
    const [first] = proxyCertificates;
    assert.equal(first?.notAfter, leaf.certificate.validToDate.toISOString());
    assert.deepEqual(
      [...first.chain, ...first.roots].map(({ fingerprint, signedBy }) => [fingerprint, signedBy]),
      [intermediate, mesh.root].map(({ certificate }) => [
        certificate.fingerprint256,
        mesh.root.certificate.fingerprint256,
      ]),
    );
    assert.deepEqual(unread, [
      { what: "certificates of the proxy of silent-1-a in bank", reason: "pilot-agent: no answer" },
    ]);
  });

  it("has by how much the API server's clock is ahead, where it says so", async () => {
    const clockOf = async (change: PaperChange): Promise<number | undefined> => {
      const client = paperCluster("east", "west", trust, secretsOf("east"), change);
      const asked = { client, tokens: new SecretTokens(), namespaces: [], reads: ["west"], apiServer: undefined };
      return (await gatherCluster(asked)).clockAheadMs;
    };
    assert.deepEqual([await clockOf({ clockAheadMs: -90_000 }), await clockOf({})], [-90_000, undefined]);
  });

  it("knows by its mark which mesh a cluster belongs to, and keeps no other annotation", async () => {
    const annotations = {
      "isthmus.dev/mesh": "mesh2",
      "isthmus.dev/cluster": "south",
      "isthmus.dev/trust-domain": "mesh2.internal",
      notes: "of others",
    };
    const client = paperCluster("east", "west", trust, secretsOf("east"), {
      objects: { "/api/v1/namespaces": [{ metadata: { name: "istio-system", annotations } }] },
    });
    const asked = { client, tokens: new SecretTokens(), namespaces: [], reads: ["west"], apiServer: undefined };
    const { membership, namespaces } = await gatherCluster(asked);
    assert.deepEqual(
      { membership, namespaces },
      {
        membership: { mesh: "mesh2", cluster: "south" },
        namespaces: [{ name: "istio-system", labels: {} }],
      },
    );
  });

  it("has the configuration of istiods with a revision, and nothing of other ConfigMaps", async () => {
    const core = "/api/v1/namespaces/istio-system";
    const client = paperCluster("east", "west", trust, secretsOf("east"), {
      objects: {
        [`${core}/configmaps`]: [
          { metadata: { name: "istio-blue" }, data: { mesh: "{ trustDomain: a, trustDomainAliases: [b, c] }" } },
          { metadata: { name: "istio-sidecar-injector" }, data: { config: "trustDomain: d", values: "{}" } },
          { metadata: { name: "theirs" }, data: { mesh: "trustDomain: e" } },
        ],
      },
    });
    const asked = { client, tokens: new SecretTokens(), namespaces: [], reads: ["west"], apiServer: undefined };
    const { meshConfig, revisionMeshConfigs } = await gatherCluster(asked);
    assert.deepEqual(
      { meshConfig, revisionMeshConfigs },
      {
        meshConfig: "none",
        revisionMeshConfigs: [{ revision: "blue", trustDomain: "a", trustDomainAliases: ["b", "c"] }],
      },
    );
  });

  it("knows a Helm release that is just being changed by the labels of its Secret", async () => {
    const release = (status: string, labels = {}): object => ({
      type: "helm.sh/release.v1",
      metadata: { creationTimestamp: "2026-11-30T09:00:00Z", labels: { name: "istiod", status, ...labels } },
      data: { release: "c2VjcmV0" },
    });
    const client = paperCluster("east", "west", trust, secretsOf("east"), {
      objects: {
        [secrets]: [
          release("superseded"),
          release("pending-upgrade", { modifiedAt: String(Date.parse("2026-11-30T09:30:00Z") / 1000) }),
          release("pending-install"),
        ],
      },
    });
    const asked = { client, tokens: new SecretTokens(), namespaces: [], reads: ["west"], apiServer: undefined };
    assert.deepEqual((await gatherCluster(asked)).pendingReleases, [
      { name: "istiod", since: "2026-11-30T09:30:00.000Z" },
      { name: "istiod", since: "2026-11-30T09:00:00.000Z" },
    ]);
  });
});
