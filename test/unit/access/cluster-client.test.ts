import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, ensureAdmitted, KubernetesError, type ClusterClient, type NamedReach } from "../../../access";
import { execCredential } from "../../../access/connection/exec-credential";
import { TestAuthority, type Identity } from "./certificates";
import { accessTo, fakeApiServer, fakeWebServer, silentServer, type Cluster, type Listening } from "./fake-api-server";
import { fakeProxy, fakeSocksProxy } from "./fake-proxies";
import { token } from "../preflight/precheck-support";

/** A server's name that only proxies know. */
const inside = "api.inside";
const kubeSystem = "/api/v1/namespaces/kube-system";

describe("The connection to a cluster", function () {
  this.timeout(20_000);

  let authority: TestAuthority;
  let other: TestAuthority;
  let identities: Readonly<Record<"here" | "inside" | "other", Identity>>;
  let directory: string;
  const ends: (() => unknown)[] = [];

  before(async () => {
    authority = await TestAuthority.create("ca");
    other = await TestAuthority.create("other");
    identities = {
      here: await authority.issue(["127.0.0.1", "localhost"]),
      inside: await authority.issue([inside]),
      other: await other.issue(["127.0.0.1", "localhost"]),
    };
    directory = await mkdtemp(join(tmpdir(), "isthmus-connection-"));
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  });
  after(() => rm(directory, { recursive: true }));

  async function opened(listening: Promise<Listening>): Promise<Listening> {
    const it = await listening;
    ends.push(it.close);
    return it;
  }
  const server = (identity: Identity, says: Partial<Cluster> = {}): Promise<Listening> =>
    opened(fakeApiServer(identity, { token, uid: "it", ...says }));
  function client(reach: NamedReach, environment: Readonly<Record<string, string>> = {}): ClusterClient {
    const one = connect(reach, { PATH: process.env["PATH"], ...environment });
    ends.push(() => one.close());
    return one;
  }
  const reach = (
    url: string,
    cluster: Readonly<Record<string, unknown>> = {},
    user: Readonly<Record<string, unknown>> = { token },
  ): NamedReach => accessTo("east", url, authority.certificate, user, cluster);
  const uidOf = async (one: ClusterClient): Promise<string> =>
    (await one.get<{ metadata: { uid: string } }>(kubeSystem)).metadata.uid;
  async function failure(one: ClusterClient): Promise<KubernetesError> {
    const error = await one.get(kubeSystem).catch((caught: unknown) => caught);
    assert.ok(error instanceof KubernetesError, String(error));
    assert.ok(!`${error.message}${error.fix ?? ""}`.includes(token), "an error shows the token");
    return error;
  }

  it("knows the clock of the API server by its answers, and none before the first", async () => {
    const { url } = await server(identities.here, { aheadMs: -90_000 });
    const one = client(reach(url));
    assert.equal(one.clockAheadMs(), undefined);
    await uidOf(one);
    const ahead = one.clockAheadMs() ?? 0;
    assert.ok(ahead > -95_000 && ahead < -85_000, String(ahead));
  });

  it("reads what a container has logged since a moment, to the second and as it is", async () => {
    const path =
      "/api/v1/namespaces/istio-system/pods/istiod-1/log?container=discovery&sinceTime=2026-11-29T12%3A00%3A05Z";
    const asked: string[] = [];
    const find = (at: string): unknown => (asked.push(at), at === path ? "one\ntwo" : undefined);
    const { url } = await server(identities.here, { find });
    const target = { namespace: "istio-system", pod: "istiod-1", container: "discovery" };
    const since = new Date("2026-11-29T12:00:05.900Z");
    assert.match(await client(reach(url)).logs(target, since), /one\\?ntwo/);
    assert.deepEqual(asked.at(-1), path);
    const other = client(reach(url)).logs({ ...target, pod: "gone" }, since);
    await assert.rejects(other, (error: unknown) => error instanceof KubernetesError && error.status === 404);
  });

  it("lets us in only with credentials that are accepted, whatever anybody may read", async () => {
    const { url } = await server(identities.here, { statuses: { [kubeSystem]: 403 } });
    assert.equal(await ensureAdmitted(client(reach(url))), "v1.34.2");
    await assert.rejects(ensureAdmitted(client(reach(url, {}, { token: "another" }))), (error: unknown) => {
      assert.ok(error instanceof KubernetesError);
      assert.equal(error.trouble?.found, "others (401 Unauthorized)");
      assert.equal(error.trouble.expected, `credentials that ${new URL(url).host} accepts`);
      return true;
    });
  });

  describe("to an IPv6 address", () => {
    it("is made, and trusts a certificate for that address alone, however it is written", async () => {
      const target = await opened(fakeApiServer(await authority.issue(["::1"]), { token, uid: "it" }, "::1"));
      assert.match(target.url, /^https:\/\/\[::1\]:\d+$/);
      assert.equal(await uidOf(client(reach(target.url))), "it");
      assert.equal(await uidOf(client(reach(target.url.replace("::1", "0:0:0:0:0:0:0:1")))), "it");
      const other = await opened(fakeApiServer(await authority.issue(["::2"]), { token }, "::1"));
      assert.match((await failure(client(reach(other.url)))).reason, /^one for other names/);
      assert.deepEqual(other.requests, []);
    });

    it("goes through proxies of either kind, with the address as each writes it, and through one at such an address", async () => {
      const target = await server(await authority.issue(["2001:db8::a"]));
      const at = "https://[2001:db8::a]:6443";
      const http = await opened(fakeProxy(target, { address: "::1" }));
      assert.equal(await uidOf(client(reach(at), { HTTPS_PROXY: http.url })), "it");
      assert.equal(await uidOf(client(reach(at, { "proxy-url": http.url }))), "it");
      const identity = await authority.issue(["::1"]);
      const https = await opened(fakeProxy(target, { address: "::1", identity }));
      assert.equal(await uidOf(client(reach(at, { "proxy-url": https.url }))), "it");
      const socks = await opened(fakeSocksProxy(target));
      assert.equal(await uidOf(client(reach(at), { HTTPS_PROXY: socks.url })), "it");
      assert.deepEqual(
        [http.requests, https.requests, socks.requests],
        [
          ["CONNECT [2001:db8::a]:6443", "CONNECT [2001:db8::a]:6443"],
          ["CONNECT [2001:db8::a]:6443"],
          ["address 20010db800000000000000000000000a:6443"],
        ],
      );
    });
  });

  describe("goes through the proxy", () => {
    it("that the environment names, in either case, unless NO_PROXY excepts it", async () => {
      const proxy = await opened(fakeProxy(await server(identities.inside)));
      for (const name of ["HTTPS_PROXY", "https_proxy"]) {
        assert.equal(await uidOf(client(reach(`https://${inside}:6443`), { [name]: proxy.url })), "it");
      }
      assert.deepEqual(proxy.requests, [`CONNECT ${inside}:6443`, `CONNECT ${inside}:6443`]);
      const excepted = { HTTPS_PROXY: proxy.url, no_proxy: "127.0.0.0/8,.inside" };
      assert.match(
        (await failure(client(reach(`https://${inside}:6443`), excepted))).reason,
        /a name that DNS does not/,
      );
      assert.equal(proxy.requests.length, 2);
    });

    it("that the kubeconfig names, before the environment's, with its password", async () => {
      const proxy = await opened(fakeProxy(await server(identities.inside)));
      const url = proxy.url.replace("//", "//someone:p%40ss@");
      const through = client(reach(`https://${inside}`, { "proxy-url": url }), { HTTPS_PROXY: "http://127.0.0.1:1" });
      assert.equal(await uidOf(through), "it");
      assert.deepEqual(proxy.requests, [`CONNECT ${inside}:443`, "Basic c29tZW9uZTpwQHNz"]);
    });

    it("with https, by the authority that the kubeconfig names, as Go has it", async () => {
      const target = await server(identities.inside);
      const proxy = await opened(fakeProxy(target, { identity: identities.here }));
      const url = proxy.url.replace("127.0.0.1", "localhost");
      assert.equal(await uidOf(client(reach(`https://${inside}`, { "proxy-url": url }))), "it");
      assert.equal(await uidOf(client(reach(`https://${inside}`, { "proxy-url": proxy.url }))), "it");
      const another = await opened(fakeProxy(target, { identity: identities.other }));
      const error = await failure(client(reach(`https://${inside}`, { "proxy-url": another.url })));
      assert.match(error.reason, /^another \(\w+\) through the proxy 127\.0\.0\.1:\d+$/);
      assert.deepEqual(another.requests, []);
    });

    it("with SOCKS5, which looks names up at the far end", async () => {
      const target = await server(identities.inside);
      const proxy = await opened(fakeSocksProxy(target));
      assert.equal(await uidOf(client(reach(`https://${inside}:6443`, { "proxy-url": proxy.url }))), "it");
      assert.equal(await uidOf(client(reach(`https://${inside}`), { HTTPS_PROXY: proxy.url })), "it");
      const there = await opened(fakeSocksProxy(await server(await authority.issue(["192.0.2.1"]))));
      assert.equal(await uidOf(client(reach("https://192.0.2.1"), { HTTPS_PROXY: there.url })), "it");
      assert.deepEqual(
        [proxy.requests, there.requests],
        [[`name ${inside}:6443`, `name ${inside}:443`], ["address 192.0.2.1:443"]],
      );
    });

    it("and names it where it leads no further, without a word of ours having got through", async () => {
      const target = await server(identities.inside);
      const at = `https://${inside}:6443`;
      for (const [proxy, reason] of [
        [
          await opened(fakeProxy(target, { refuses: 403 })),
          /^a proxy that does not lead there \(403\) through the proxy/,
        ],
        [
          await opened(fakeProxy(target, { refuses: 407 })),
          /^a proxy that does not lead there \(407\) through the proxy/,
        ],
        [
          await opened(fakeSocksProxy(target, 4)),
          /^a proxy that does not lead there \(HostUnreachable\) through the proxy/,
        ],
        [{ url: "http://127.0.0.1:1" }, /^a refused connection \(ECONNREFUSED\) through the proxy 127\.0\.0\.1:1$/],
        [{ url: "socks5://127.0.0.1:1" }, /^a refused connection \(ECONNREFUSED\) through the proxy 127\.0\.0\.1:1$/],
        [{ url: "ftp://127.0.0.1:1" }, /^a proxy that does not lead there \(ftp:\) through the proxy 127\.0\.0\.1:1$/],
      ] as const) {
        const error = await failure(client(reach(at), { HTTPS_PROXY: proxy.url }));
        assert.match(error.reason, reason);
        assert.match(error.fix ?? "", /Mend the proxy/);
      }
      assert.deepEqual(target.requests, []);
    });

    it("and tells what TLS finds behind it", async () => {
      const wrong = await opened(fakeSocksProxy(await server(identities.other)));
      assert.match(
        (await failure(client(reach(`https://${inside}`, { "proxy-url": wrong.url })))).reason,
        /^another \(\w+\)/,
      );
      const named = await opened(fakeProxy(await server(identities.here)));
      assert.match(
        (await failure(client(reach(`https://${inside}`, { "proxy-url": named.url })))).reason,
        /^one for other names/,
      );
    });

    it("and lets go of one that keeps silent", async () => {
      for (const scheme of ["http", "socks5", "https"]) {
        const silent = await opened(silentServer());
        const one = client(reach(`https://${inside}`, { "proxy-url": silent.url.replace("https", scheme) }));
        const asked = one.get(kubeSystem).catch(() => "given up");
        await new Promise((resolve) => setTimeout(resolve, 100));
        one.close();
        assert.equal(await asked, "given up");
      }
    });
  });

  describe("trusts", () => {
    it("the kubeconfig's authority alone, else those that the environment names", async () => {
      const { url } = await server(identities.other);
      assert.match((await failure(client(reach(url)))).reason, /^another/);
      const free = {
        ...reach(url),
        kubeconfig: reach(url).kubeconfig.replace(/"certificate-authority-data":"[^"]*"/, '"x":1'),
      };
      assert.match((await failure(client(free))).reason, /^another/);
      const file = join(directory, "extra.pem");
      await writeFile(file, other.certificate);
      for (const environment of [{ SSL_CERT_FILE: file }, { NODE_EXTRA_CA_CERTS: file }, { SSL_CERT_DIR: directory }]) {
        assert.equal(await uidOf(client(free, environment)), "it");
      }
      assert.match((await failure(client(reach(url), { SSL_CERT_FILE: file }))).reason, /^another/);
    });

    it("a certificate for the name that the kubeconfig gives", async () => {
      const { url } = await server(identities.inside);
      assert.match((await failure(client(reach(url)))).reason, /^one for other names/);
      assert.equal(await uidOf(client(reach(url, { "tls-server-name": inside }))), "it");
      const proxy = await opened(fakeProxy(await server(identities.inside)));
      const through = { "proxy-url": proxy.url, "tls-server-name": inside };
      assert.equal(await uidOf(client(reach("https://elsewhere.inside", through))), "it");
    });
  });

  describe("logs in", () => {
    const base64 = (text: string): string => Buffer.from(text).toString("base64");

    it("by a client certificate, through a proxy too", async () => {
      const me = await authority.issue(["me"]);
      const user = { "client-certificate-data": base64(me.certificate), "client-key-data": base64(me.key) };
      const says = { clientAuthority: authority.certificate };
      assert.equal(await uidOf(client(reach((await server(identities.here, says)).url, {}, user))), "it");
      const proxy = await opened(fakeProxy(await server(identities.inside, says)));
      assert.equal(await uidOf(client(reach(`https://${inside}`, { "proxy-url": proxy.url }, user))), "it");
      const stranger = await other.issue(["me"]);
      const wrong = {
        "client-certificate-data": base64(stranger.certificate),
        "client-key-data": base64(stranger.key),
      };
      assert.equal((await failure(client(reach((await server(identities.here, says)).url, {}, wrong)))).status, 401);
    });

    it("by a token in a file, which is read again when it is accepted no more", async () => {
      const tokenFile = join(directory, "token");
      await writeFile(tokenFile, "stale\n");
      const { url, requests } = await server(identities.here);
      const one = client({ ...reach(url, {}, { token: "stale" }), tokenFile });
      assert.equal((await failure(one)).status, 401);
      await writeFile(tokenFile, `${token}\n`);
      assert.equal(await uidOf(one), "it");
      assert.equal(await uidOf(one), "it");
      assert.equal(requests.length, 5);
      await rm(tokenFile);
      assert.equal(await uidOf(client({ ...reach(url), tokenFile })), "it");
    });

    it("by a token before a plugin's, and by a plugin's certificate where there is no other", async () => {
      const me = await authority.issue(["me"]);
      const plugin = join(directory, "plugin.json");
      const status = { token: "of the plugin", clientCertificateData: me.certificate, clientKeyData: me.key };
      await writeFile(plugin, JSON.stringify({ status }));
      const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "cat", args: [plugin] };
      assert.equal(await uidOf(client(reach((await server(identities.here)).url, {}, { token, exec }))), "it");
      const says = { clientAuthority: authority.certificate };
      assert.equal(await uidOf(client(reach((await server(identities.here, says)).url, {}, { exec }))), "it");
    });

    it("by a plugin again when what it gave has ended", async () => {
      const plugin = join(directory, "counting.sh");
      const runs = join(directory, "runs");
      const answer = `{"status":{"token":"${token}","expirationTimestamp":"%s"}}`;
      const script = (end: string): string => `echo >> ${runs}; printf '${answer}' ${end}`;
      const { url } = await server(identities.here);
      const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: [plugin] };
      for (const [end, count] of [
        [new Date(Date.now() + 3_600_000).toISOString(), 1],
        [new Date(Date.now() + 1_000).toISOString(), 3],
      ] as const) {
        await writeFile(plugin, script(end));
        await rm(runs, { force: true });
        const one = client(reach(url, {}, { exec }));
        for (let asked = 0; asked < 2; asked++) assert.equal(await uidOf(one), "it");
        assert.equal((await readFile(runs, "utf8")).length, count);
      }
    });

    it("never by an OIDC login that has ended: kubectl renews it", async () => {
      const claims = (exp: number): string => `x.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.x`;
      const { url } = await server(identities.here);
      const login = (idToken: string): Readonly<Record<string, unknown>> => ({
        "auth-provider": { name: "oidc", config: { "id-token": idToken, "refresh-token": token } },
      });
      const error = await failure(client(reach(url, {}, login(claims(1_600_000_000)))));
      assert.equal(error.reason, "an OIDC login that ended at 2020-09-13T12:26:40.000Z");
      assert.match(error.fix ?? "", /kubectl once .*`kubectl oidc-login`/);
      assert.equal((await failure(client(reach(url, {}, login(claims(4_000_000_000)))))).status, 401);
    });
  });

  describe("is a matter of one cluster", () => {
    const plugin = (script: string): Readonly<Record<string, unknown>> => ({
      exec: { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: ["-c", script] },
    });

    for (const [what, script, reason] of [
      ["fails without a word", "exit 1", "the credential plugin sh, which failed (exit 1)"],
      ["complains", `echo ${token} >&2; exit 255`, "the credential plugin sh, which failed (exit 255)"],
      ["prints a bare token", `echo ${token}`, "no ExecCredential from sh"],
      ["has no status", "echo '{}'", "no ExecCredential from sh"],
      ["gives nothing", `echo '{"status":{}}'`, "an ExecCredential without credentials from sh"],
      [
        "speaks another version",
        `echo '{"apiVersion":"client.authentication.k8s.io/v1alpha1","status":{"token":"${token}"}}'`,
        "an ExecCredential of another version than client.authentication.k8s.io/v1 from sh",
      ],
    ] as const) {
      it(`when its plugin ${what}`, async () => {
        const { url } = await server(identities.here);
        const error = await failure(client(reach(url, {}, plugin(script))));
        assert.deepEqual([error.status, error.reason], [undefined, reason]);
        assert.ok(error.fix !== undefined);
      });
    }

    it("when its plugin waits for a login", async () => {
      const begun = performance.now();
      const { exec } = plugin("sleep 60; true");
      await assert.rejects(execCredential(exec as Record<string, unknown>, {}, process.env, 300), {
        message: "the credential plugin sh, which gave no answer within 0.3 s",
      });
      assert.ok(performance.now() - begun < 10_000);
    });

    it("when it answers with a login page, or refuses", async () => {
      const page = await opened(fakeWebServer({ [kubeSystem]: "<html>Log in</html>" }));
      assert.match((await failure(client(reach(page.url.replace("http:", "https:"))))).reason, /^something else \(/);
      const proxied = await server(identities.here, { status: 502 });
      assert.equal((await failure(client(reach(proxied.url)))).reason, "HTTP 502");
      const { url } = await server(identities.here);
      const refused = await failure(client(reach(url, {}, { token: "stale" })));
      assert.deepEqual([refused.status, refused.reason], [401, "Unauthorized"]);
      assert.match(refused.fix ?? "", /^Log in again/);
    });
  });
});
