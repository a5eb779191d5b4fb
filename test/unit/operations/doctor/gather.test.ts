import assert from "node:assert/strict";
import { KeyObject } from "node:crypto";
import fc from "fast-check";
import { CommandFailed, KubernetesError } from "../../../../access";
import type { ClusterSnapshot, MeshSnapshot } from "../../../../diagnosis";
import { doctorReport } from "../../../../operations/doctor";
import { snapshotOf } from "../../../../operations/doctor/gather";
import { gatherCluster } from "../../../../operations/doctor/gather-cluster";
import { linesAbout } from "../../../../operations/doctor/istiods-seen";
import { remoteKubeconfigSeen } from "../../../../operations/doctor/remote-kubeconfig-seen";
import { SecretTokens } from "../../../../operations/doctor/secret-tokens";
import { FakeClient } from "../../../support/cluster-client";
import { planOf, twoPrimaries } from "../../../support/plans";
import { dumpOf, leafOf, makeRoot } from "../../preflight/trust/showing";
import {
  kubeconfigOf,
  paperCluster,
  paperTrust,
  serverOf,
  type ClusterSecrets,
  type PaperChange,
  type PaperTrust,
} from "./paper-cluster";

const secrets = "/api/v1/namespaces/istio-system/secrets";
const plan = planOf(twoPrimaries);
const tokens = { east: "token-of-east", west: "token-of-west" };

function secretsOf(name: "east" | "west", change: Partial<ClusterSecrets> = {}): ClusterSecrets {
  const other = name === "east" ? "west" : "east";
  return { readerToken: tokens[name], remoteToken: tokens[other], key: "the key", others: "of others", ...change };
}

/** What a mesh of two clusters has. */
async function snapshot(
  trust: PaperTrust,
  east: { readonly secrets?: Partial<ClusterSecrets>; readonly change?: PaperChange } = {},
): Promise<MeshSnapshot> {
  const words = new SecretTokens();
  const gathered = async (client: FakeClient, other: string): Promise<ClusterSnapshot> =>
    gatherCluster({
      client,
      tokens: words,
      namespaces: [],
      reads: [other],
      apiServer: { server: serverOf(client.name) },
    });
  return snapshotOf(
    plan,
    [
      await gathered(paperCluster("east", "west", trust, secretsOf("east", east.secrets), east.change), "west"),
      await gathered(paperCluster("west", "east", trust, secretsOf("west")), "east"),
    ],
    new Date(),
  );
}

describe("what isthmus doctor gathers", () => {
  let trust: PaperTrust;
  before(async () => {
    trust = await paperTrust();
  });

  it("shows nothing to be wrong with a mesh in good order, and leaves nothing out", async () => {
    const { causes, consequences, notLookedAt } = doctorReport(await snapshot(trust));
    assert.deepEqual({ causes, consequences, notLookedAt }, { causes: [], consequences: [], notLookedAt: [] });
  });

  it("has the same word for the same secret, and another one for another", async () => {
    const { clusters } = await snapshot(trust);
    const [east, west] = clusters;
    assert.equal(east?.remoteKubeconfigs?.[0]?.token, west?.accountTokens?.[0]?.token);
    assert.equal(west?.remoteKubeconfigs?.[0]?.token, east?.accountTokens?.[0]?.token);
    assert.notEqual(east?.accountTokens?.[0]?.token, west?.accountTokens?.[0]?.token);
    const stale = await snapshot(trust, { secrets: { remoteToken: "of former times" } });
    assert.deepEqual(
      doctorReport(stale).causes.map(({ clusters: about, id }) => [id, ...about]),
      [["remote-secret-token", "east", "west"]],
    );
  });

  it("knows what an istiod takes its own cluster for", async () => {
    assert.deepEqual(
      doctorReport(await snapshot(trust, { change: { ownName: "Kubernetes" } })).causes.map(({ id }) => id),
      ["cluster-id"],
    );
  });

  it("takes a DNS without any pod for one that answers nobody: its API server writes no endpoints as null", async () => {
    const slices = "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices";
    const silent = await snapshot(trust, { change: { objects: { [slices]: [{ endpoints: null }] } } });
    assert.deepEqual(
      doctorReport(silent).causes.map(({ id }) => id),
      ["dns-down"],
    );
  });

  it("knows for which names and pods a Gateway takes what comes from other networks", async () => {
    const gateways = "/apis/networking.istio.io/v1/namespaces/istio-system/gateways";
    const causesWith = async (spec: object, hosts: readonly string[]): Promise<string[]> => {
      const server = { port: { number: 15443 }, tls: { mode: "AUTO_PASSTHROUGH" }, hosts };
      const objects = { [gateways]: [{ metadata: { name: "own" }, spec: { servers: [server], ...spec } }] };
      return doctorReport(await snapshot(trust, { change: { objects } })).causes.map(({ id }) => id);
    };
    const own = { selector: { istio: "eastwestgateway" } };
    assert.deepEqual(await causesWith(own, ["*.local"]), []);
    assert.deepEqual(await causesWith({}, ["istio-system/*"]), []);
    assert.deepEqual(await causesWith(own, ["*.shop.svc.cluster.local"]), []);
    assert.deepEqual(await causesWith(own, ["*.example.com"]), ["gateway-not-listening"]);
    assert.deepEqual(await causesWith({ selector: { istio: "ingressgateway" } }, ["*"]), ["gateway-not-listening"]);
  });

  it("knows a CA by its certificates, and which files it lacks", async () => {
    const [east] = (await snapshot(trust)).clusters;
    const { fingerprint256: root } = trust.root.certificate;
    const { fingerprint256: intermediate } = trust.intermediate.certificate;
    assert.ok(east?.authority !== undefined && east.authority !== "none");
    assert.deepEqual(east.authority.missing, []);
    assert.deepEqual(
      [...east.authority.chain, ...east.authority.roots].map(({ fingerprint, signedBy }) => [fingerprint, signedBy]),
      [
        [intermediate, root],
        [root, root],
      ],
    );
    const without = await snapshot(trust, { secrets: { key: "" } });
    assert.deepEqual(
      doctorReport(without).causes.map(({ id }) => id),
      ["intermediate-incomplete"],
    );
  });

  it("knows whether the key of a CA is its certificate's, and nothing else of it", async () => {
    const keyFits = async (key: string): Promise<boolean | undefined> => {
      const [east] = (await snapshot(trust, { secrets: { key } })).clusters;
      return east?.authority === "none" ? undefined : east?.authority?.keyFits;
    };
    const pemOf = ({ keys: { privateKey } }: PaperTrust["root"]): string =>
      KeyObject.from(privateKey).export({ format: "pem", type: "pkcs8" }).toString();
    const privateKeyPem = pemOf(trust.intermediate);
    assert.deepEqual(
      [await keyFits(privateKeyPem), await keyFits(pemOf(trust.root)), await keyFits("no key")],
      [true, false, undefined],
    );
    const written = JSON.stringify(await snapshot(trust, { secrets: { key: privateKeyPem } }));
    assert.ok(!written.includes(privateKeyPem.split("\n")[1] ?? "no line"));
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

  it("tells what may not be read, and judges the rest", async () => {
    const client = paperCluster("east", "west", trust, secretsOf("east"), { syncStatus: "timeout" });
    const list = client.list.bind(client);
    client.list = <T>(path: string): Promise<readonly T[]> =>
      path === secrets ? Promise.reject(new KubernetesError("GET", path, 403, "forbidden")) : list<T>(path);
    const seen = await gatherCluster({
      client,
      tokens: new SecretTokens(),
      namespaces: [],
      reads: ["west"],
      apiServer: undefined,
    });
    const { causes, notLookedAt } = doctorReport(snapshotOf(plan, [seen], new Date()));
    assert.deepEqual(
      causes.map(({ id }) => id),
      ["remote-cluster-not-synced"],
    );
    assert.deepEqual(notLookedAt, [
      { cluster: "east", what: "Secrets of istio-system", reason: `GET ${secrets}: forbidden` },
      { cluster: "west", what: "the whole cluster", reason: "nobody said how it is reached" },
    ]);
  });

  it("tells why a cluster does not answer", async () => {
    const trouble = { expected: "an answer from east", found: "none", fix: "Start it." };
    const client = new FakeClient("east");
    client.get = <T>(path: string): Promise<T> =>
      Promise.reject(new KubernetesError("GET", path, undefined, "none", trouble));
    const seen = await gatherCluster({
      client,
      tokens: new SecretTokens(),
      namespaces: [],
      reads: [],
      apiServer: undefined,
    });
    assert.deepEqual(seen, { cluster: "east", trouble, unread: [] });
  });

  it("takes a mistake of ours for none of the cluster's", async () => {
    const client = paperCluster("east", "west", trust, secretsOf("east"));
    client.text = () => Promise.reject(new TypeError("a mistake"));
    const asked = { client, tokens: new SecretTokens(), namespaces: [], reads: ["west"], apiServer: undefined };
    await assert.rejects(gatherCluster(asked), new TypeError("a mistake"));
  });

  it("has no secret in it, wherever one stood", async () => {
    const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("");
    const text = (minLength: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength: 60 });
    const jwt = fc
      .tuple(text(20), text(30), text(30))
      .map(([header, claims, signature]) => `eyJ${header}.eyJ${claims}.${signature}`);
    const key = text(40).map((body) => `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`);
    await fc.assert(
      fc.asyncProperty(jwt, jwt, key, text(20), async (readerToken, remoteToken, privateKey, others) => {
        const said = `error cluster west: cannot use ${remoteToken}, nor ${privateKey.replaceAll("\n", " ")}`;
        const found = await snapshot(trust, {
          secrets: { readerToken, remoteToken, key: privateKey, others },
          change: {
            log: said,
            objects: {
              "/api/v1/namespaces/istio-system/events": [
                {
                  type: "Warning",
                  message: `Bearer ${readerToken}`,
                  involvedObject: { kind: "Pod", name: "istiod-1-a" },
                },
              ],
            },
          },
        });
        const written = JSON.stringify(found);
        const body = privateKey.split("\n")[1] ?? "";
        for (const secret of [readerToken, remoteToken, body, others]) {
          assert.ok(!written.includes(secret));
          assert.ok(!written.includes(Buffer.from(secret).toString("base64").replace(/=+$/, "")));
        }
        assert.doesNotMatch(written, /PRIVATE KEY/);
        assert.match(written, /error cluster west: cannot use \[secret\]/);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a kubeconfig for istiod", () => {
  const words = new SecretTokens();
  const seen = (text: string): ReturnType<typeof remoteKubeconfigSeen> => remoteKubeconfigSeen(text, words);

  it("is read in JSON and in YAML, with the end of its token", () => {
    const claims = Buffer.from(JSON.stringify({ exp: Date.parse("2026-12-01T00:00:00Z") / 1000 })).toString(
      "base64url",
    );
    assert.deepEqual(seen(kubeconfigOf("west", `a.${claims}.b`, "")), {
      server: serverOf("west"),
      token: "secret:1",
      tokenEndsAt: "2026-12-01T00:00:00.000Z",
    });
    const yaml = [
      "current-context: west",
      "contexts: [{ name: west, context: { cluster: c, user: u } }]",
      "clusters: [{ name: c, cluster: { server: https://west.example.org:6443 } }]",
      "users: [{ name: u, user: { client-certificate-data: eA== } }]",
    ];
    assert.deepEqual(seen(yaml.join("\n")), { server: serverOf("west") });
  });

  it("is told from what is none, without a word of it", () => {
    const withoutUsers = { ...(JSON.parse(kubeconfigOf("west", "t", "")) as object), users: [] };
    for (const [text, defect] of [
      ["", "nothing"],
      ["secret: [", "something that is no kubeconfig"],
      ["secret", "something that is no kubeconfig"],
      ["secret: value", "a kubeconfig without a context that counts"],
      [kubeconfigOf("west", "t", "").replace('"server"', '"host"'), "a kubeconfig without the address of a server"],
      [JSON.stringify(withoutUsers), "a kubeconfig without credentials"],
    ] as const) {
      assert.equal(seen(text).defect, defect);
    }
  });
});

describe("the lines of istiod's log about a cluster", () => {
  it("are its last warnings and errors, and no other cluster's", () => {
    const log = [
      "2026-11-30T10:00:00Z\terror\tcluster west: first",
      "2026-11-30T10:00:01Z\tinfo\tcluster west: all is well",
      "2026-11-30T10:00:02Z\terror\tcluster west-2: another",
      ...[2, 3, 4].map((count) => `2026-11-30T10:00:0${String(count)}Z\twarn\tcluster west: ${String(count)}`),
    ];
    assert.deepEqual(linesAbout(log.join("\n"), "west"), log.slice(-3));
    assert.deepEqual(linesAbout(`error west ${"x".repeat(1_000)}`, "west")[0]?.length, 401);
  });
});
