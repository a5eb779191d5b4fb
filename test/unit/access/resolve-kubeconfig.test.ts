import assert from "node:assert/strict";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { kubeconfig, meshOf, ResolveBench, token } from "./resolve-support";

describe("resolveAccess makes a kubeconfig of its own", () => {
  const bench = new ResolveBench();

  async function resolved(cluster: unknown, user: unknown): Promise<string> {
    await bench.write("dir/config", kubeconfig("k", cluster, user));
    const { clusters, problems } = await bench.resolve(meshOf({ east: "k" }, "dir/config"));
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
    await bench.write("dir/pki/ca.crt", "ca");
    await bench.write("dir/client.crt", "crt");
    const key = await bench.write("client.key", "key");
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
    assert.ok(!text.includes(bench.home), "it names a file of this machine");
  });

  it("in which data beats files, and a token file beats a token, as in client-go", async () => {
    await bench.write("dir/token", `${token}\n`);
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
      interactiveMode: "Never",
    });
    const relative = usersOf(await resolved({ server: "https://k" }, { exec: exec("./bin/plugin") }));
    assert.deepEqual(relative[0]?.user.exec, {
      apiVersion: "client.authentication.k8s.io/v1",
      args: ["get", "token"],
      command: join(bench.home, "dir/bin/plugin"),
      env: null,
      interactiveMode: "Never",
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
    await bench.write("dir/config", {
      ...kubeconfig("k", { server: "https://k" }),
      "current-context": "other",
      preferences: { colors: true },
    });
    const { clusters } = await bench.resolve(meshOf({ east: "k" }, "dir/config"));
    assert.equal(clusters.get("east")?.kubeconfig, before);
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
