import assert from "node:assert/strict";
import { parse } from "yaml";
import { ConnectionError, KubernetesError, type NamedReach } from "../../../access";
import { remoteKubeconfig } from "../../../components/internal/remote-kubeconfig";
import type { Finding } from "../../../operations/verify";
import { controlPlanesWithKubeconfigs, remoteSecretAccepted } from "../../../operations/verify/remote-secrets";
import { FakeClient, type FakeCluster } from "../../support/cluster-client";
import { externalControlPlane, mixed, planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const secretPath = "/api/v1/namespaces/istio-system/secrets/istio-remote-clusters";
const servicesPath = "/api/v1/services";
const reviewsPath = "/apis/authentication.k8s.io/v1/tokenreviews";
const token = "token-that-nobody-may-see";
const server = "https://172.18.0.12:6443";

const kubeconfig = remoteKubeconfig({ cluster: "west", server, token, certificateAuthorityData: "QQ==" });
const secretWith = (data: Record<string, string>): unknown => ({
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")])),
});

interface Look {
  /** What the reader's Secret holds; undefined: there is none. */
  readonly data?: Record<string, string> | undefined;
  /** What the API server behind the kubeconfig answers. */
  readonly remote?: FakeCluster;
  /** The same one, by the kubeconfig of this command. */
  readonly west?: FakeCluster;
  readonly east?: FakeCluster;
  readonly without?: readonly string[];
}

/** What is found, and by which kubeconfigs clusters were asked. */
async function look(given: Look): Promise<{ finding: Finding; reached: NamedReach[] }> {
  const data = "data" in given ? given.data : { west: kubeconfig };
  const east = given.east ?? { objects: data === undefined ? {} : { [secretPath]: secretWith(data) } };
  const reached: NamedReach[] = [];
  const context = verifyContext({
    client: (name) => new FakeClient(name, name === "east" ? east : given.west),
    connect: (reach) => {
      reached.push(reach);
      return new FakeClient(reach.name, given.remote);
    },
  });
  const finding = await remoteSecretAccepted(context, ["east"], new Set(given.without));
  assert.ok(!JSON.stringify(finding).includes(token), "the token is in no message");
  return { finding, reached };
}

const refusing = (status: number | undefined, cause?: Error, found = "something else"): FakeCluster => ({
  refusals: {
    [servicesPath]: new KubernetesError(
      "GET",
      servicesPath,
      status,
      "refused",
      { expected: "an answer", found, fix: "Mend it." },
      { cause },
    ),
  },
});

const messageOf = async (given: Look): Promise<string> => (await look(given)).finding.message;

describe("remote-secret-accepted", () => {
  it("is asked of each istiod that was given kubeconfigs, an external one's own among them", () => {
    assert.deepEqual(controlPlanesWithKubeconfigs(planOf(twoPrimaries)), [["east"], ["west"]]);
    assert.deepEqual(controlPlanesWithKubeconfigs(planOf(externalControlPlane)), [["control"]]);
    assert.deepEqual(controlPlanesWithKubeconfigs(planOf(mixed)), [["p1"], ["p2"], ["p3"]]);
    const { east } = twoPrimaries.clusters;
    assert.deepEqual(controlPlanesWithKubeconfigs(planOf({ ...twoPrimaries, clusters: { east } })), []);
  });

  it("holds where the API server lists Services by what the Secret has, and by that alone", async () => {
    const { finding, reached } = await look({});
    assert.deepEqual(finding, { ok: true, message: "accepted by west" });
    assert.deepEqual(
      reached.map(({ kubeconfig: text, name }) => [name, parse(text) as unknown]),
      [["west", JSON.parse(kubeconfig) as unknown]],
    );
  });

  it("finds a token that is revoked, and an account that may not read", async () => {
    assert.deepEqual((await look({ remote: refusing(401) })).finding, {
      ok: false,
      message: "west: it does not accept the token",
    });
    const { message } = (await look({ remote: refusing(403) })).finding;
    assert.equal(message, "west: it accepts the token, and does not let its account list Services");
  });

  it("finds a Secret that is missing, lacks the cluster's key or holds nothing of use", async () => {
    assert.equal(await messageOf({ data: undefined }), "west: there is no Secret istio-remote-clusters");
    assert.equal(
      await messageOf({ data: { vest: kubeconfig } }),
      "west: the Secret istio-remote-clusters has no key west",
    );
    const inSecret = (what: string): string => `west: the Secret istio-remote-clusters has ${what} under the key west`;
    for (const [text, words] of [
      ["", "nothing"],
      [`{ "${token}"`, "something that is no kubeconfig"],
      [token, "something that is no kubeconfig"],
      ["{}", "a kubeconfig without a context that counts"],
      [kubeconfig.replace("https:", "http:"), "a kubeconfig that names no API server (https://…)"],
      [kubeconfig.replace(`"token":"${token}"`, '"token":""'), "a kubeconfig without credentials"],
      [kubeconfig.replace(`"token":"${token}"`, '"exec":{}'), "a kubeconfig without a token"],
    ] as const) {
      const { finding, reached } = await look({ data: { west: text } });
      assert.deepEqual(finding, { ok: false, message: inSecret(words) });
      assert.deepEqual(reached, [], "nobody is asked");
    }
  });

  it("takes neither programs nor files of this machine from a kubeconfig in a cluster", async () => {
    const user = { token, tokenFile: "/etc/passwd", exec: { command: "sh" }, "client-key": "/root/key" };
    const cluster = {
      server,
      "certificate-authority-data": "QQ==",
      "certificate-authority": "/etc/passwd",
      "insecure-skip-tls-verify": true,
    };
    const given = JSON.parse(kubeconfig) as object;
    const { reached } = await look({
      data: {
        west: JSON.stringify({ ...given, clusters: [{ name: "west", cluster }], users: [{ name: "west", user }] }),
      },
    });
    assert.deepEqual(
      reached.map(({ kubeconfig: text }) => parse(text) as unknown),
      [JSON.parse(kubeconfig) as unknown],
    );
  });

  it("goes by the current context, as istiod does, and not by what stands first", async () => {
    const other = { name: "other", cluster: { server: "https://172.18.0.99:6443" } };
    const { clusters, users, ...given } = JSON.parse(kubeconfig) as { clusters: object[]; users: object[] };
    const text = JSON.stringify({
      ...given,
      clusters: [other, ...clusters],
      users: [{ name: "other", user: { token: "others" } }, ...users],
    });
    const { reached } = await look({ data: { west: text } });
    assert.deepEqual(
      reached.map((one) => parse(one.kubeconfig) as unknown),
      [JSON.parse(kubeconfig) as unknown],
    );
  });

  it("finds another server at the address", async () => {
    const untrusted = refusing(undefined, new ConnectionError("untrusted", "SELF"), "another (SELF)");
    assert.equal(await messageOf({ remote: untrusted }), `west: ${server}: another (SELF)`);
    assert.equal(await messageOf({ remote: refusing(404) }), `west: ${server}: something else`);
  });

  it("asks the cluster about the token where the address is out of reach from here, and fails for nothing unknown", async () => {
    const remote = refusing(undefined, new ConnectionError("timeout", "ETIMEDOUT"));
    const reviewing = (authenticated: boolean): FakeCluster => ({
      answers: {
        [reviewsPath]: (object) => {
          assert.deepEqual(object, {
            apiVersion: "authentication.k8s.io/v1",
            kind: "TokenReview",
            spec: { token },
          });
          return { status: { authenticated } };
        },
      },
    });
    const otherwise = `asked otherwise: ${server} is out of reach from here`;
    const accepted = await look({ remote, west: reviewing(true) });
    assert.deepEqual(accepted.finding, { ok: true, message: `accepted by west (${otherwise})` });
    const revoked = await look({ remote, west: reviewing(false) });
    assert.deepEqual(revoked.finding, {
      ok: false,
      message: `west: it does not accept the token (${otherwise})`,
    });
    const unknown = await look({ remote, west: {} });
    assert.deepEqual(unknown.finding, {
      ok: true,
      message: `accepted by none; not known of west: ${server} is out of reach from here`,
    });
    const throughProxy = refusing(undefined, new ConnectionError("untrusted", "SELF", "proxy:3128"));
    assert.equal((await look({ remote: throughProxy, west: reviewing(true) })).finding.ok, true);
  });

  it("leaves out clusters that nobody reaches", async () => {
    const { finding, reached } = await look({ without: ["west"] });
    assert.deepEqual(finding, { ok: true, message: "accepted by none; not looked at: west" });
    assert.deepEqual(reached, []);
    assert.equal((await look({ without: ["east"] })).finding.isVoid, true);
  });

  it("is a warning where the Secret may not be read", async () => {
    const east = { refusals: { [secretPath]: new KubernetesError("GET", secretPath, 403, "forbidden") } };
    const { isWarning, message, ok } = (await look({ east })).finding;
    assert.deepEqual([ok, isWarning], [false, true]);
    assert.equal(message, "not known: the Secrets of istio-system may not be read, and so no token is tried");
    const down = { refusals: { [secretPath]: new KubernetesError("GET", secretPath, 500, "down") } };
    await assert.rejects(look({ east: down }), KubernetesError);
  });

  describe("of a mesh that Isthmus did not build", () => {
    const secretsPath = "/api/v1/namespaces/istio-system/secrets";

    /** The Secrets that istioctl made, one for each cluster. */
    async function messageOfFound(secrets: Readonly<Record<string, Record<string, string>>>): Promise<string> {
      const labelled = Object.entries(secrets).map(([name, data]) => ({
        metadata: { name },
        ...(secretWith(data) as object),
      }));
      const context = verifyContext({
        origin: "clusters",
        client: (name) => new FakeClient(name, { objects: { [secretsPath]: labelled } }),
        connect: ({ name }) => new FakeClient(name),
      });
      return (await remoteSecretAccepted(context, ["east"], new Set())).message;
    }

    it("finds each kubeconfig by the label of its Secret and its key", async () => {
      const secrets = {
        "istio-remote-secret-north": { north: "{}" },
        "istio-remote-secret-west": { west: kubeconfig },
      };
      assert.equal(await messageOfFound(secrets), "accepted by west");
      assert.equal(
        await messageOfFound({ "istio-remote-secret-north": { north: "{}" } }),
        "west: there is no Secret labelled istio/multiCluster=true with the key west",
      );
    });

    it("does not judge one whose cluster takes credentials of another kind", async () => {
      const content = JSON.parse(kubeconfig) as { users: { user: object }[] };
      for (const user of content.users) user.user = { exec: { command: "aws" } };
      const secrets = { "istio-remote-secret-west": { west: JSON.stringify(content) } };
      assert.equal(
        await messageOfFound(secrets),
        "accepted by none; not known of west: its kubeconfig has credentials of another kind",
      );
    });
  });
});
