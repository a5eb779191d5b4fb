import assert from "node:assert/strict";
import { kubeconfig, meshOf, ResolveBench, token } from "./resolve-support";

describe("resolveAccess says what is wrong", () => {
  const bench = new ResolveBench();

  const path = "isthmus:mesh.clusters.east.access.context";

  it("once with a file that several clusters need, where it is named", async () => {
    assert.deepEqual(await bench.problemsOf(meshOf({ east: "a", west: "b" }, ".lab/kubeconfig")), [
      "isthmus:mesh.kubeconfig: expected a kubeconfig file, found no such file at .lab/kubeconfig. Create it, or name the file that has the clusters' contexts.",
    ]);
  });

  it("with a file that one cluster names", async () => {
    const config = meshOf({ east: "a" });
    config.clusters["east"] = { network: "a", access: { context: "a", kubeconfig: "." } };
    assert.deepEqual(await bench.problemsOf(config), [
      "isthmus:mesh.clusters.east.access.kubeconfig: expected a kubeconfig file, found a directory at .. Create it, or name the file that has the clusters' contexts.",
    ]);
  });

  it("when there is no kubeconfig at all", async () => {
    assert.deepEqual(await bench.problemsOf(meshOf({ east: "a" })), [
      "isthmus:mesh.kubeconfig: expected a kubeconfig file, found no such file at ~/.kube/config. Create it, or name a kubeconfig file here or in KUBECONFIG.",
    ]);
  });

  it("with a file that is no YAML, without quoting it", async () => {
    await bench.write("config", `users:\n- name: k\n  user: {token: ${token}\nclusters: [`);
    assert.match(
      (await bench.problemsOf(meshOf({ east: "k" }, "config"))).join("\n"),
      /^isthmus:mesh\.kubeconfig: expected a kubeconfig file in YAML or JSON, found config, which is neither: line \d \([a-z ]+\)\. Mend the file, or name another\.$/,
    );
  });

  it("with a file that is something else", async () => {
    await bench.write("config", token);
    assert.deepEqual(await bench.problemsOf(meshOf({ east: "k" }, "config")), [
      "isthmus:mesh.kubeconfig: expected a kubeconfig file, found config, which holds no mapping. Name another file.",
    ]);
    await bench.write("config", { contexts: { k: {} } });
    assert.match(
      (await bench.problemsOf(meshOf({ east: "k" }, "config"))).join("\n"),
      /found config, whose `contexts` is no list/,
    );
  });

  it("with a name that a file has twice", async () => {
    await bench.write("config", {
      users: [
        { name: "k", user: {} },
        { name: "k", user: {} },
      ],
    });
    assert.match(
      (await bench.problemsOf(meshOf({ east: "k" }, "config"))).join("\n"),
      /expected each user once, found the user "k" twice in config/,
    );
  });

  it("with a missing context, and which is meant", async () => {
    await bench.write("config", {
      ...kubeconfig("lab-east"),
      contexts: ["lab-west", "lab-east"].map((name) => ({
        name,
        context: { cluster: "lab-east", user: "lab-east" },
      })),
    });
    assert.deepEqual(await bench.problemsOf(meshOf({ east: "lab-eats" }, "config")), [
      `${path}: expected a context of config, found "lab-eats", which is not there. Did you mean "lab-east"? It has "lab-east", "lab-west".`,
    ]);
  });

  it("with every cluster at once", async () => {
    await bench.write("config", kubeconfig("k"));
    const problems = await bench.problemsOf(meshOf({ east: "a", west: "b", north: "k" }, "config"));
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
      kubeconfig("k", { server: "https://k" }, { "client-key": "k.key", "client-certificate-data": "Yw==" }),
      "expected a kubeconfig whose client-key can be read, found no such file at k.key. Create the file, or name another context.",
    ],
  ] as const) {
    it(`with ${what}`, async () => {
      await bench.write("config", content);
      assert.deepEqual(await bench.problemsOf(meshOf({ east: "k" }, "config")), [`${path}: ${problem}`]);
    });
  }
});
