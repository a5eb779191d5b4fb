import assert from "node:assert/strict";
import { KeyObject } from "node:crypto";
import fc from "fast-check";
import { KubernetesError } from "../../../../access";
import type { ClusterSnapshot, MeshSnapshot } from "../../../../diagnosis";
import { doctorReport } from "../../../../operations/doctor";
import { snapshotOf } from "../../../../operations/doctor/gather";
import { gatherCluster } from "../../../../operations/doctor/gather-cluster";
import { linesAbout } from "../../../../operations/doctor/istiods-seen";
import { remoteKubeconfigSeen } from "../../../../operations/doctor/remote-kubeconfig-seen";
import { SecretTokens } from "../../../../operations/doctor/secret-tokens";
import { FakeClient } from "../../../support/cluster-client";
import { planOf, twoPrimaries } from "../../../support/plans";
import {
  kubeconfigOf,
  paperCluster,
  paperTrust,
  secretsOf,
  serverOf,
  type ClusterSecrets,
  type PaperChange,
  type PaperTrust,
} from "./paper-cluster";

const secrets = "/api/v1/namespaces/istio-system/secrets";
const plan = planOf(twoPrimaries);
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

  it("knows of which namespaces' new pods an injector is told, which pods say a network, and who takes plain text alone", async () => {
    const selecting = (namespaceSelector: object, objectSelector: object): object => ({
      name: "namespace.sidecar-injector.istio.io",
      clientConfig: { service: { namespace: "istio-system", name: "istiod" } },
      namespaceSelector,
      objectSelector,
    });
    const enabled = { matchLabels: { "istio-injection": "enabled" } };
    const asked = { matchExpressions: [{ key: "sidecar.istio.io/inject", operator: "NotIn", values: ["false"] }] };
    const pod = (labels: object): object => ({
      metadata: { name: "basket-1", namespace: "shop", labels },
      status: { phase: "Running" },
    });
    const peers = (namespace: string, name: string, spec: object): object => ({ metadata: { namespace, name }, spec });
    const disabled = { mtls: { mode: "DISABLE" } };
    const client = paperCluster("east", "west", trust, secretsOf("east"), {
      objects: {
        "/api/v1/namespaces": [
          { metadata: { name: "shop", labels: { "istio-injection": "enabled" } } },
          { metadata: { name: "bank", labels: {} } },
          // Outside of the mesh's file.
          { metadata: { name: "tools", labels: { "istio-injection": "enabled", team: "tools" } } },
          { metadata: { name: "attic", labels: { "istio.io/rev": "1-28" } } },
          { metadata: { name: "plain", labels: { "istio-injection": "disabled" } } },
        ],
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": [
          {
            metadata: { name: "istio-sidecar-injector" },
            webhooks: [selecting(enabled, asked), selecting({}, { matchLabels: { "istio.io/rev": "canary" } })],
          },
        ],
        "/api/v1/namespaces/shop/pods": [pod({ "topology.istio.io/network": "nowhere" }), pod({})],
        "/apis/security.istio.io/v1/peerauthentications": [
          peers("shop", "plain", disabled),
          peers("shop", "of-one", { ...disabled, selector: { matchLabels: { app: "basket" } } }),
          peers("bank", "strict", { mtls: { mode: "STRICT" } }),
        ],
      },
    });
    const { apiServer, namespaces, podNetworks, policies, webhooks } = await gatherCluster({
      client,
      tokens: new SecretTokens(),
      namespaces: ["shop", "bank"],
      reads: ["west"],
      apiServer: undefined,
    });
    assert.equal(apiServer, undefined);
    assert.deepEqual(
      webhooks?.map(({ namespaces }) => namespaces),
      [["shop", "tools"], []],
    );
    assert.deepEqual(namespaces, [
      { name: "shop", labels: { "istio-injection": "enabled" } },
      { name: "bank", labels: {} },
      { name: "tools", labels: { "istio-injection": "enabled" } },
      { name: "attic", labels: { "istio.io/rev": "1-28" } },
    ]);
    assert.deepEqual(podNetworks, [{ namespace: "shop", pod: "basket-1", network: "nowhere" }]);
    assert.deepEqual(policies?.plainNamespaces, [{ namespace: "shop", name: "plain" }]);
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
