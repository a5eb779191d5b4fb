import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse, stringify } from "yaml";
import { resolveAccess, type ResolvedAccess } from "../../../access";
import { formatProblem, type MeshConfig } from "../../../topology";
import { planOf } from "../../support/plans";

const token = "s3cr3t-t0ken";

interface Entries {
  readonly contexts?: unknown;
  readonly clusters?: unknown;
  readonly users?: unknown;
}

/** A kubeconfig in which contexts, clusters and users have one name each. */
function kubeconfig(
  name: string,
  cluster: unknown = { server: `https://${name}:6443` },
  user: unknown = { token },
): Entries {
  return {
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "elsewhere" } }],
  };
}

describe("resolveAccess", () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "isthmus-access-"));
  });

  afterEach(() => rm(home, { recursive: true }));

  async function write(path: string, content: unknown): Promise<string> {
    const file = join(home, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : stringify(content));
    return file;
  }

  function mesh(contexts: Readonly<Record<string, string>>, kubeconfigFile?: string): MeshConfig {
    return {
      id: "mesh1",
      istio: { version: "1.31.1" },
      ...(kubeconfigFile === undefined ? {} : { kubeconfig: kubeconfigFile }),
      clusters: Object.fromEntries(
        Object.entries(contexts).map(([name, context]) => [name, { network: "a", access: { context } }]),
      ),
    };
  }

  async function resolve(
    config: MeshConfig,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ResolvedAccess> {
    const resolved = await resolveAccess(planOf(config), home, { HOME: home, ...environment });
    assert.ok(!JSON.stringify(resolved.problems).includes(token), "a problem shows the token");
    return resolved;
  }

  async function problemsOf(config: MeshConfig, environment?: Readonly<Record<string, string>>): Promise<string[]> {
    return (await resolve(config, environment)).problems.map(formatProblem);
  }

  describe("finds the file", () => {
    const east = mesh({ east: "k" });

    async function serverOf(
      config: MeshConfig,
      environment?: Readonly<Record<string, string>>,
    ): Promise<string | undefined> {
      const { clusters, problems } = await resolve(config, environment);
      assert.deepEqual(problems, []);
      return clusters.get("east")?.server;
    }

    it("that the mesh names, relative to the project, or to the home directory", async () => {
      await write("sub/config", kubeconfig("k"));
      assert.equal(await serverOf(mesh({ east: "k" }, "sub/config"), { KUBECONFIG: "/nowhere" }), "https://k:6443");
      assert.equal(await serverOf(mesh({ east: "k" }, "~/sub/config")), "https://k:6443");
    });

    it("that KUBECONFIG names, passing over what is missing", async () => {
      const file = await write("config", kubeconfig("k"));
      assert.equal(await serverOf(east, { KUBECONFIG: ["/nowhere", "", file].join(delimiter) }), "https://k:6443");
    });

    it("that kubectl uses when nothing is named", async () => {
      await write(".kube/config", kubeconfig("k"));
      assert.equal(await serverOf(east), "https://k:6443");
    });

    it("and lets the first of several files win, entry by entry", async () => {
      const first = await write("first", {
        contexts: [{ name: "k", context: { cluster: "k", user: "k" } }],
        clusters: [{ name: "k", cluster: { server: "https://first" } }],
      });
      const second = await write("second", kubeconfig("k", { server: "https://second" }));
      const { clusters, problems } = await resolve(east, { KUBECONFIG: [first, second].join(delimiter) });
      assert.deepEqual(problems, []);
      const access = clusters.get("east");
      assert.equal(access?.server, "https://first");
      assert.match(access.kubeconfig, new RegExp(token));
    });

    it("in JSON too", async () => {
      await write(".kube/config", JSON.stringify(kubeconfig("k")));
      assert.equal(await serverOf(east), "https://k:6443");
    });
  });

  describe("makes a kubeconfig of its own", () => {
    async function resolved(cluster: unknown, user: unknown): Promise<string> {
      await write("dir/config", kubeconfig("k", cluster, user));
      const { clusters, problems } = await resolve(mesh({ east: "k" }, "dir/config"));
      assert.deepEqual(problems, []);
      return clusters.get("east")?.kubeconfig ?? "";
    }

    it("with one cluster under the mesh's name, in a fixed order", async () => {
      assert.equal(
        await resolved(
          {
            "certificate-authority-data": "Y2E=",
            server: "https://k:6443",
            extensions: [{ name: "minikube.sigs.k8s.io", extension: {} }],
          },
          { token },
        ),
        `apiVersion: v1
kind: Config
clusters:
  - name: east
    cluster:
      server: https://k:6443
      certificate-authority-data: Y2E=
users:
  - name: east
    user:
      token: ${token}
contexts:
  - name: east
    context:
      cluster: east
      user: east
current-context: east
`,
      );
    });

    it("in which files are data, relative to the kubeconfig", async () => {
      await write("dir/pki/ca.crt", "ca");
      await write("dir/client.crt", "crt");
      const key = await write("client.key", "key");
      const text = await resolved(
        { server: "https://k", "certificate-authority": "pki/ca.crt" },
        { "client-certificate": "client.crt", "client-key": key },
      );
      assert.deepEqual(parse(text), {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "east", cluster: { server: "https://k", "certificate-authority-data": base64("ca") } }],
        users: [{ name: "east", user: { "client-certificate-data": base64("crt"), "client-key-data": base64("key") } }],
        contexts: [{ name: "east", context: { cluster: "east", user: "east" } }],
        "current-context": "east",
      });
      assert.ok(!text.includes(home), "it names a file of this machine");
    });

    it("in which data beats files, and a token file beats a token, as in client-go", async () => {
      await write("dir/token", `${token}\n`);
      const text = await resolved(
        { server: "https://k", "certificate-authority": "missing", "certificate-authority-data": "Y2E=" },
        { tokenFile: "token", token: "old" },
      );
      assert.deepEqual(usersOf(text), [{ name: "east", user: { token } }]);
    });

    it("in which a credential plugin keeps its command, found from anywhere", async () => {
      const exec = (command: string): unknown => ({
        env: null,
        command,
        args: ["get", "token"],
        apiVersion: "client.authentication.k8s.io/v1",
      });
      const relative = usersOf(await resolved({ server: "https://k" }, { exec: exec("./bin/plugin") }));
      assert.deepEqual(relative[0]?.user.exec, {
        apiVersion: "client.authentication.k8s.io/v1",
        args: ["get", "token"],
        command: join(home, "dir/bin/plugin"),
        env: null,
      });
      const inPath = usersOf(await resolved({ server: "https://k" }, { exec: exec("aws") }));
      assert.equal(inPath[0]?.user.exec?.["command"], "aws");
    });

    it("that the Kubernetes client reads", async () => {
      const text = await resolved(
        { server: "https://k:6443", "certificate-authority-data": "Y2E=", "tls-server-name": "inside" },
        { token },
      );
      const client = new KubeConfig();
      client.loadFromString(text);
      assert.equal(client.getCurrentContext(), "east");
      assert.equal(client.getCurrentCluster()?.server, "https://k:6443");
      assert.equal(client.getCurrentCluster()?.tlsServerName, "inside");
      assert.equal(client.getCurrentUser()?.token, token);
    });

    it("that stays the same whatever else changes in the file", async () => {
      const before = await resolved({ server: "https://k" }, { token });
      await write("dir/config", {
        ...kubeconfig("k", { server: "https://k" }),
        "current-context": "other",
        preferences: { colors: true },
      });
      const { clusters } = await resolve(mesh({ east: "k" }, "dir/config"));
      assert.equal(clusters.get("east")?.kubeconfig, before);
    });
  });

  describe("says what is wrong", () => {
    const path = "isthmus:mesh.clusters.east.access.context";

    it("once with a file that several clusters need, where it is named", async () => {
      assert.deepEqual(await problemsOf(mesh({ east: "a", west: "b" }, ".lab/kubeconfig")), [
        "isthmus:mesh.kubeconfig: expected a kubeconfig file, found no such file at .lab/kubeconfig. Create it, or name the file that has the clusters' contexts.",
      ]);
    });

    it("with a file that one cluster names", async () => {
      const config = mesh({ east: "a" });
      config.clusters["east"] = { network: "a", access: { context: "a", kubeconfig: "." } };
      assert.deepEqual(await problemsOf(config), [
        "isthmus:mesh.clusters.east.access.kubeconfig: expected a kubeconfig file, found a directory at .. Create it, or name the file that has the clusters' contexts.",
      ]);
    });

    it("when there is no kubeconfig at all", async () => {
      assert.deepEqual(await problemsOf(mesh({ east: "a" })), [
        "isthmus:mesh.kubeconfig: expected a kubeconfig file, found no such file at ~/.kube/config. Create it, or name a kubeconfig file here or in KUBECONFIG.",
      ]);
    });

    it("with a file that is no YAML, without quoting it", async () => {
      await write("config", `users:\n- name: k\n  user: {token: ${token}\nclusters: [`);
      assert.match(
        (await problemsOf(mesh({ east: "k" }, "config"))).join("\n"),
        /^isthmus:mesh\.kubeconfig: expected a kubeconfig file in YAML or JSON, found config, which is neither: line \d \([a-z ]+\)\. Mend the file, or name another\.$/,
      );
    });

    it("with a file that is something else", async () => {
      await write("config", token);
      assert.deepEqual(await problemsOf(mesh({ east: "k" }, "config")), [
        "isthmus:mesh.kubeconfig: expected a kubeconfig file, found config, which holds no mapping. Name another file.",
      ]);
      await write("config", { contexts: { k: {} } });
      assert.match(
        (await problemsOf(mesh({ east: "k" }, "config"))).join("\n"),
        /found config, whose `contexts` is no list/,
      );
    });

    it("with a name that a file has twice", async () => {
      await write("config", {
        users: [
          { name: "k", user: {} },
          { name: "k", user: {} },
        ],
      });
      assert.match(
        (await problemsOf(mesh({ east: "k" }, "config"))).join("\n"),
        /expected each user once, found the user "k" twice in config/,
      );
    });

    it("with a missing context, and which is meant", async () => {
      await write("config", {
        ...kubeconfig("lab-east"),
        contexts: ["lab-west", "lab-east"].map((name) => ({
          name,
          context: { cluster: "lab-east", user: "lab-east" },
        })),
      });
      assert.deepEqual(await problemsOf(mesh({ east: "lab-eats" }, "config")), [
        `${path}: expected a context of config, found "lab-eats", which is not there. Did you mean "lab-east"? It has "lab-east", "lab-west".`,
      ]);
    });

    it("with every cluster at once", async () => {
      await write("config", kubeconfig("k"));
      const problems = await problemsOf(mesh({ east: "a", west: "b", north: "k" }, "config"));
      assert.equal(problems.length, 2);
    });

    for (const [what, content, problem] of [
      [
        "a context without a cluster",
        { contexts: [{ name: "k", context: { user: "k" } }] },
        'expected a context whose cluster is in config, found one without a cluster. Mend the context "k", or name another.',
      ],
      [
        "a cluster that is not there",
        { contexts: [{ name: "k", context: { cluster: "c", user: "k" } }] },
        'expected a context whose cluster is in config, found the cluster "c", which is not there. Mend the context "k", or name another.',
      ],
      [
        "a context without a user",
        { ...kubeconfig("k"), contexts: [{ name: "k", context: { cluster: "k" } }] },
        'expected a context whose user is in config, found one without a user. Mend the context "k", or name another.',
      ],
      [
        "a user who is not there",
        { ...kubeconfig("k"), users: [] },
        'expected a context whose user is in config, found the user "k", who is not there. Mend the context "k", or name another.',
      ],
      [
        "no server",
        kubeconfig("k", {}),
        'expected a kubeconfig cluster with a server, found one without. Mend the kubeconfig cluster "k".',
      ],
      [
        "a server in plain text",
        kubeconfig("k", { server: "http://k:8080" }),
        'expected an API server with an https URL, found another URL. Mend the kubeconfig cluster "k". Keys and tokens go over this connection, so it must be encrypted.',
      ],
      [
        "a password in the URL",
        kubeconfig("k", { server: `https://me:${token}@k` }),
        'expected an API server\'s URL without credentials, found a URL with a user or password. Mend the kubeconfig cluster "k". Credentials belong to the kubeconfig user.',
      ],
      [
        "a certificate that is not verified",
        kubeconfig("k", { server: "https://k", "insecure-skip-tls-verify": true }),
        'expected an API server whose certificate is verified, found insecure-skip-tls-verify: true. Give the kubeconfig cluster "k" its certificate-authority-data instead: keys and tokens go over this connection.',
      ],
      [
        "files that are not there",
        kubeconfig("k", { server: "https://k" }, { "client-key": "k.key" }),
        "expected a kubeconfig whose client-key can be read, found no such file at k.key. Create the file, or name another context.",
      ],
    ] as const) {
      it(`with ${what}`, async () => {
        await write("config", content);
        assert.deepEqual(await problemsOf(mesh({ east: "k" }, "config")), [`${path}: ${problem}`]);
      });
    }
  });
});

interface User {
  readonly name: string;
  readonly user: { readonly token?: string; readonly exec?: Readonly<Record<string, unknown>> };
}

function usersOf(text: string): readonly User[] {
  return (parse(text) as { users: User[] }).users;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
