import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { precheck, type ClusterAccess, type Findings } from "../../../access";
import { formatProblem, systemNamespace, type MeshConfig } from "../../../topology";
import { planOf } from "../../support/plans";
import { TestAuthority, type Identity } from "./certificates";
import {
  accessTo,
  fakeApiServer,
  fakeProxy,
  fakeWebServer,
  hangingUpServer,
  silentServer,
  type Cluster,
  type Listening,
} from "./fake-api-server";

const token = "s3cr3t-t0ken";
/** A host that no resolver is asked for: its label is too long for DNS. */
const unknownHost = `${"x".repeat(64)}.invalid`;
const context = "isthmus:mesh.clusters.east.access.context";

describe("precheck", () => {
  let authority: TestAuthority;
  let identity: Identity;
  let project: string;
  const open: Listening[] = [];

  before(async () => {
    authority = await TestAuthority.create("ca");
    identity = await authority.issue(["127.0.0.1"]);
    project = await mkdtemp(join(tmpdir(), "isthmus-precheck-"));
    for (const chart of ["base", "istiod", "gateway"]) {
      await mkdir(join(project, "charts", chart), { recursive: true });
      await writeFile(join(project, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
    }
  });

  after(() => rm(project, { recursive: true }));

  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ close }) => close()));
  });

  async function opened(listening: Promise<Listening>): Promise<Listening> {
    open.push(await listening);
    return listening;
  }

  function config(...names: readonly string[]): MeshConfig {
    return {
      id: "mesh1",
      istio: { version: "1.31.1", charts: { directory: "charts" } },
      clusters: Object.fromEntries(names.map((name) => [name, { network: "a", access: { context: name } }])),
    };
  }

  async function check(
    access: ClusterAccess | readonly ClusterAccess[],
    mesh?: MeshConfig,
    timeoutMs = 5000,
  ): Promise<Findings> {
    const all = Array.isArray(access) ? (access as readonly ClusterAccess[]) : [access as ClusterAccess];
    const plan = planOf(mesh ?? config(...all.map(({ name }) => name)));
    const byName = new Map(all.map((cluster) => [cluster.name, cluster]));
    const findings = await precheck(plan, byName, project, {
      timeoutMs,
      environment: { PATH: process.env["PATH"] ?? "" },
    });
    assert.ok(!JSON.stringify(findings).includes(token), "a finding shows the token");
    return findings;
  }

  async function checkCluster(
    cluster: Partial<Cluster> = {},
    user: Readonly<Record<string, unknown>> = { token },
  ): Promise<Findings> {
    const { url } = await opened(fakeApiServer(identity, { token, ...cluster }));
    return check(accessTo("east", url, authority.certificate, user));
  }

  function only(problems: Findings["problems"]): string {
    assert.equal(problems.length, 1, problems.map(formatProblem).join("\n"));
    return problems
      .map(formatProblem)
      .join()
      .replace(/127\.0\.0\.1:\d+/g, "HOST");
  }

  describe("of a cluster", () => {
    it("finds nothing where all is well, with five questions", async () => {
      const server = await opened(fakeApiServer(identity, { token }));
      assert.deepEqual(await check(accessTo("east", server.url, authority.certificate, { token })), {
        problems: [],
        warnings: [],
      });
      assert.equal(server.requests.length, 5);
    });

    it("tells a refused connection", async () => {
      const server = await fakeApiServer(identity, { token });
      await server.close();
      assert.equal(
        only((await check(accessTo("east", server.url, authority.certificate, { token }))).problems),
        `${context}: expected an answer from HOST, found a refused connection (ECONNREFUSED). Start the server, or mend the address and port.`,
      );
    });

    it("tells a server that never answers, in the time it was given", async () => {
      const { url } = await opened(silentServer());
      const start = performance.now();
      const { problems } = await check(accessTo("east", url, authority.certificate, { token }), undefined, 300);
      assert.equal(
        only(problems),
        `${context}: expected an answer from HOST, found none within 0.3 s. Connect to its network, a VPN for one, open the firewall, or mend the address.`,
      );
      assert.ok(performance.now() - start < 2000);
    });

    it("tells a server that hangs up", async () => {
      const { url } = await opened(hangingUpServer());
      assert.match(
        only((await check(accessTo("east", url, authority.certificate, { token }))).problems),
        /found a closed connection \(ECONNRESET\)/,
      );
    });

    it("tells a name that DNS does not know", async () => {
      const { problems } = await check(
        accessTo("east", `https://${unknownHost}:6443`, authority.certificate, { token }),
      );
      assert.match(
        only(problems),
        /^isthmus:mesh\.clusters\.east\.access\.context: expected an answer from x+\.invalid:6443, found a name that DNS does not know/,
      );
    });

    it("tells a server that speaks no TLS", async () => {
      const { url } = await opened(fakeWebServer({}));
      const { problems } = await check(
        accessTo("east", url.replace("http:", "https:"), authority.certificate, { token }),
      );
      assert.match(only(problems), /expected TLS from HOST, found something else/);
    });

    it("tells a certificate of another authority, and sends it no token", async () => {
      const other = await TestAuthority.create("other");
      const server = await opened(fakeApiServer(identity, { token }));
      assert.match(
        only((await check(accessTo("east", server.url, other.certificate, { token }))).problems),
        /expected a certificate of HOST that its authority signed, found another/,
      );
      assert.deepEqual(server.requests, []);
    });

    it("tells a certificate for another name", async () => {
      const elsewhere = await authority.issue(["kubernetes.default"]);
      const { url } = await opened(fakeApiServer(elsewhere, { token }));
      assert.match(
        only((await check(accessTo("east", url, authority.certificate, { token }))).problems),
        /expected a certificate for HOST, found one for other names \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
      );
    });

    it("tells a certificate that has expired", async () => {
      const old = await authority.issue(["127.0.0.1"], -60_000);
      const { url } = await opened(fakeApiServer(old, { token }));
      assert.match(
        only((await check(accessTo("east", url, authority.certificate, { token }))).problems),
        /expected a certificate of HOST that is valid now, found one that is not \(CERT_HAS_EXPIRED\)/,
      );
    });

    it("tells credentials that are not accepted, though the version is everyone's to read", async () => {
      assert.equal(
        only((await checkCluster({}, { token: "stale" })).problems),
        `${context}: expected credentials that HOST accepts, found others (401 Unauthorized). Log in again, or renew the credentials of the context's user.`,
      );
    });

    it("tells a server that is not ready, and one that is something else", async () => {
      assert.match(
        only((await checkCluster({ status: 503 })).problems),
        /expected an API server at HOST that is ready, found one that answers 503/,
      );
      assert.match(
        only((await checkCluster({ status: 404 })).problems),
        /expected a Kubernetes API server at HOST, found something else \(404\)/,
      );
    });

    it("names what the user may not do", async () => {
      const { problems } = await checkCluster({
        allows: ({ verb, resource }) =>
          verb !== "*" && resource !== "customresourcedefinitions" && !(resource === "secrets" && verb === "delete"),
      });
      assert.equal(
        only(problems),
        `${context}: expected a user who may install Istio, found one who may not create, patch, delete customresourcedefinitions; delete secrets. Give the user these rights, or name a context of a user who has them, with cluster-admin for one.`,
      );
    });

    it("names what a user who may nothing lacks, without a word from Node", async () => {
      const warnings: string[] = [];
      const listen = (warning: Error): void => {
        warnings.push(warning.message);
      };
      process.on("warning", listen);
      const { problems } = await checkCluster({ allows: () => false });
      await new Promise(setImmediate);
      process.off("warning", listen);
      assert.deepEqual(warnings, []);
      assert.match(
        only(problems),
        /found one who may not create, patch, delete namespaces, customresourcedefinitions, .* and 10 more\. Give the user/,
      );
    });

    it("accepts a user with just the rights that are needed", async () => {
      const { problems } = await checkCluster({ allows: ({ verb }) => verb !== "*" });
      assert.deepEqual(problems, []);
    });

    it("asks for rights in the namespace where they are used", async () => {
      const asked: string[] = [];
      await checkCluster({
        allows: ({ verb, resource, namespace }) => {
          asked.push(`${verb} ${resource} ${namespace}`);
          return verb !== "*";
        },
      });
      assert.ok(asked.includes(`create secrets ${systemNamespace}`));
      assert.ok(asked.includes("create clusterroles undefined"));
    });

    it("warns of a Kubernetes that Istio does not support", async () => {
      for (const [gitVersion, found] of [
        ["v1.31.9+k3s1", "1.31.9"],
        ["v1.37.0", "1.37.0"],
      ] as const) {
        const { problems, warnings } = await checkCluster({ gitVersion });
        assert.deepEqual(problems, []);
        assert.equal(
          only(warnings),
          `${context}: expected Kubernetes 1.32 to 1.36, which Istio 1.31.1 supports, found ${found}. Upgrade the cluster, or take an Istio that supports it.`,
        );
      }
      assert.deepEqual((await checkCluster({ gitVersion: "v1.36.1" })).warnings, []);
    });

    const namespace = `/api/v1/namespaces/${systemNamespace}`;
    const ours = { labels: { "app.kubernetes.io/managed-by": "isthmus" } };
    const webhook = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector";

    it("refuses a namespace that is not ours, and says the ways out", async () => {
      assert.match(
        only(
          (await checkCluster({ objects: { [namespace]: { metadata: { labels: { team: "platform" } } } } })).problems,
        ),
        /^isthmus:mesh\.clusters\.east: expected no namespace istio-system, or ours, found one that Isthmus did not create\. Remove it .*, choose another cluster, or hand it over/,
      );
    });

    it("refuses a namespace that is being deleted, though it was ours", async () => {
      const metadata = { ...ours, deletionTimestamp: "2026-11-21T00:00:00Z" };
      assert.match(
        only((await checkCluster({ objects: { [namespace]: { metadata } } })).problems),
        /found one that is being deleted/,
      );
    });

    it("refuses another Istio", async () => {
      const metadata = { annotations: { "meta.helm.sh/release-namespace": "mesh-system" } };
      assert.match(
        only((await checkCluster({ objects: { [webhook]: { metadata } } })).problems),
        /expected no other Istio in the cluster, found a webhook istio-sidecar-injector of the namespace mesh-system/,
      );
    });

    it("accepts what is ours already", async () => {
      const { problems } = await checkCluster({
        objects: { [namespace]: { metadata: ours }, [webhook]: { metadata: {} } },
      });
      assert.deepEqual(problems, []);
    });
  });

  describe("of credentials", () => {
    const plugin = (
      script: string,
      more: Readonly<Record<string, unknown>> = {},
    ): Readonly<Record<string, unknown>> => ({
      exec: { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: ["-c", script], ...more },
    });

    it("runs a credential plugin, with its environment and the cluster's address", async () => {
      const script = `test "$WHO" = me && echo "$KUBERNETES_EXEC_INFO" | grep -q '"server":"https://127.0.0.1' && echo '{"kind":"ExecCredential","status":{"token":"${token}"}}'`;
      const user = plugin(script, { provideClusterInfo: true, env: [{ name: "WHO", value: "me" }] });
      assert.deepEqual((await checkCluster({}, user)).problems, []);
    });

    for (const [what, user, problem] of [
      [
        "is not installed",
        { exec: { command: "no-such-plugin", installHint: "Get it from your package manager.\nThen log in." } },
        "the credential plugin no-such-plugin, which is not installed. Install it: Get it from your package manager.",
      ],
      [
        "fails",
        plugin(`echo ${token} >&2; exit 3`),
        "the credential plugin sh, which failed (exit 3). Run it by hand to see why; logging in again often helps.",
      ],
      [
        "prints something else",
        plugin(`echo ${token}`),
        "no ExecCredential from sh. Run it by hand to see what it prints.",
      ],
      [
        "needs a terminal",
        plugin("true", { interactiveMode: "Always" }),
        "the credential plugin sh, which asks at a terminal. Name a context whose credentials need no terminal.",
      ],
    ] as const) {
      it(`says so when a credential plugin ${what}`, async () => {
        assert.equal(
          only((await checkCluster({}, user)).problems),
          `${context}: expected credentials for HOST, found ${problem}`,
        );
      });
    }
  });

  it("goes through the proxy that the kubeconfig names, for names that only the proxy knows", async () => {
    const inside = await authority.issue(["api.inside"]);
    const server = await opened(fakeApiServer(inside, { token }));
    const proxy = await opened(fakeProxy(server));
    const access = accessTo(
      "east",
      "https://api.inside:6443",
      authority.certificate,
      { token },
      { "proxy-url": proxy.url },
    );
    assert.deepEqual(await check(access), { problems: [], warnings: [] });
    assert.ok(proxy.requests.includes("CONNECT api.inside:6443"));
    await proxy.close();
    assert.match(only((await check(access)).problems), /found a refused connection/);
  });

  it("only warns of a proxy that the check cannot use: the provider may get through", async () => {
    const access = accessTo(
      "east",
      "https://api.inside",
      authority.certificate,
      { token },
      { "proxy-url": "socks5://127.0.0.1:1" },
    );
    const { problems, warnings } = await check(access);
    assert.deepEqual(problems, []);
    assert.match(only(warnings), /expected an http or https proxy, found one that cannot be used for a check/);
  });

  describe("of several clusters", () => {
    it("tells two names of one cluster", async () => {
      const [east, west] = await Promise.all([
        opened(fakeApiServer(identity, { token, uid: "same" })),
        opened(fakeApiServer(identity, { token, uid: "same" })),
      ]);
      const { problems } = await check([
        accessTo("east", east.url, authority.certificate, { token }),
        accessTo("west", west.url, authority.certificate, { token }),
      ]);
      assert.deepEqual(problems.filter(({ found }) => found.includes("same cluster")).map(formatProblem), [
        "isthmus:mesh.clusters.west.access.context: expected a cluster of its own, found the same cluster as east (their kube-system namespaces have one UID). Name the context of west, or remove one of the two.",
      ]);
    });

    it("tells addresses that mean another machine elsewhere", async () => {
      const server = await opened(fakeApiServer(identity, { token }));
      const { problems } = await check([
        accessTo("east", server.url, authority.certificate, { token }),
        accessTo("west", `https://${unknownHost}`, authority.certificate, { token }),
      ]);
      const loopback = problems.filter(
        ({ expected }) => expected === "an API server that the other clusters can reach",
      );
      assert.deepEqual(
        loopback.map(({ path }) => path),
        [context],
      );
    });

    it("asks all at the same time", async () => {
      const names = ["a", "b", "c", "d"];
      const servers = await Promise.all(names.map(async () => opened(silentServer())));
      const start = performance.now();
      const access = servers.map(({ url }, index) =>
        accessTo(names[index] ?? "", url, authority.certificate, { token }),
      );
      const { problems } = await check(access, undefined, 500);
      assert.equal(problems.filter(({ found }) => found === "none within 0.5 s").length, 4);
      assert.ok(performance.now() - start < 1500);
    });

    it("passes over clusters that could not be resolved", async () => {
      const server = await opened(fakeApiServer(identity, { token }));
      const { problems } = await check(
        [accessTo("east", server.url, authority.certificate, { token })],
        config("east", "west"),
      );
      assert.deepEqual(
        problems.map(({ path }) => path),
        [context],
      );
    });
  });

  describe("of charts", () => {
    async function checkCharts(
      charts: NonNullable<MeshConfig["istio"]["charts"]>,
      version = "1.31.1",
    ): Promise<string> {
      const mesh = { ...config("east"), istio: { version, charts } };
      return only((await check([], mesh, 1000)).problems);
    }

    const index = (chart: string, ...versions: readonly string[]): string =>
      `  ${chart}:\n${versions.map((version) => `  - apiVersion: v2\n    name: ${chart}\n    urls:\n    - ${chart}-${version}.tgz\n    version: ${version}\n`).join("")}`;

    const helmIndex = `apiVersion: v1\nentries:\n${index("base", "1.31.1", "1.31.0")}${index("gateway", "1.31.1")}${index("istiod", "1.31.1", "1.31.0")}generated: "2026-09-21"\n`;

    it("tells a directory without them", async () => {
      assert.equal(
        await checkCharts({ directory: "nowhere" }),
        "isthmus:mesh.istio.charts.directory: expected a directory with the charts base, istiod and gateway, found no such file at nowhere/base/Chart.yaml, no such file at nowhere/istiod/Chart.yaml, no such file at nowhere/gateway/Chart.yaml. Put the charts there (`helm pull --untar`), or name the directory that has them.",
      );
    });

    for (const [form, text] of [
      ["as Helm writes it", helmIndex],
      [
        "as JSON",
        JSON.stringify({
          entries: Object.fromEntries(["base", "istiod", "gateway"].map((chart) => [chart, [{ version: "1.31.1" }]])),
        }),
      ],
      [
        "in YAML of another style",
        "entries: {base: [{version: 1.31.1}], istiod: [{version: 1.31.1}], gateway: [{version: 1.31.1}]}\n",
      ],
    ] as const) {
      it(`finds them in a repository whose index is written ${form}`, async () => {
        const { url } = await opened(fakeWebServer({ "/charts/index.yaml": text }));
        const mesh = { ...config("east"), istio: { version: "1.31.1", charts: { repository: `${url}/charts` } } };
        assert.deepEqual(await check([], mesh, 1000), { problems: [], warnings: [] });
      });
    }

    it("follows a repository that moved", async () => {
      const there = await opened(fakeWebServer({ "/index.yaml": helmIndex }));
      const here = await opened(fakeWebServer({ "/charts/index.yaml": { location: `${there.url}/index.yaml` } }));
      const mesh = { ...config("east"), istio: { version: "1.31.1", charts: { repository: `${here.url}/charts/` } } };
      assert.deepEqual((await check([], mesh, 1000)).problems, []);
    });

    it("ends a circle of moves", async () => {
      const { url } = await opened(fakeWebServer({ "/index.yaml": { location: "/index.yaml" } }));
      assert.match(await checkCharts({ repository: url }), /found 302 for index\.yaml/);
    });

    it("tells a version that a repository does not have, and which it has", async () => {
      const { url } = await opened(fakeWebServer({ "/index.yaml": helmIndex }));
      assert.equal(
        await checkCharts({ repository: url }, "1.31.0"),
        "isthmus:mesh.istio.version: expected a version of which HOST has the charts base, istiod and gateway, found 1.31.0, of which it has no gateway. Take another version: it has 1.31.1, 1.31.0.",
      );
    });

    it("tells a repository that is none, and one that is not there", async () => {
      const { url, close } = await opened(fakeWebServer({ "/index.yaml": "<html>welcome</html>" }));
      assert.match(
        await checkCharts({ repository: `${url}/charts` }),
        /expected a Helm chart repository at HOST, found 404 for index\.yaml/,
      );
      assert.match(
        await checkCharts({ repository: url }),
        /of which it has no base, istiod, gateway\. Name a repository of Istio's charts\./,
      );
      await close();
      assert.match(
        await checkCharts({ repository: url }),
        /charts\.repository: expected an answer from HOST, found a refused connection/,
      );
    });
  });
});
