import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ensureCertificates } from "../../../lab/certificates";
import { environmentScript } from "../../../lab/environment";
import { renderKubeconfig } from "../../../lab/kubeconfig";
import { planLab } from "../../../lab/plan";

const [cluster] = planLab([{ name: "east", network: "east" }]).clusters;
assert.ok(cluster);

describe("lab environment", () => {
  it("can be sourced by a shell, whatever the directory is called", () => {
    const script = environmentScript('/tmp/it\'s $HOME "here"');
    const output = execFileSync(
      "sh",
      ["-c", `${script}printf '%s\\n' "$KUBECONFIG" "$PULUMI_BACKEND_URL" "$PATH" "$NO_PROXY"`],
      {
        env: { PATH: "/usr/bin:/bin", NO_PROXY: "example.org" },
        encoding: "utf8",
      },
    );
    assert.deepEqual(output.trimEnd().split("\n"), [
      '/tmp/it\'s $HOME "here"/kubeconfig',
      'file:///tmp/it\'s $HOME "here"/pulumi',
      '/tmp/it\'s $HOME "here"/bin:/usr/bin:/bin',
      "172.18.0.0/16,fd49:7374:686d::/64,example.org",
    ]);
  });

  it("names no proxy exceptions but the lab's where there are none", () => {
    const output = execFileSync("sh", ["-c", `${environmentScript("/lab")}printf '%s' "$no_proxy"`], {
      env: { PATH: "/usr/bin:/bin" },
      encoding: "utf8",
    });
    assert.equal(output, "172.18.0.0/16,fd49:7374:686d::/64");
  });

  it("has a context for each cluster, the first one current", () => {
    const entry = (context: string) => ({
      context,
      server: `https://${context}`,
      authority: "ca",
      credentials: { key: "key", certificate: "certificate" },
    });
    assert.deepEqual(parse(renderKubeconfig([entry("lab-east"), entry("lab-west")])), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "lab-east", cluster: { server: "https://lab-east", "certificate-authority-data": "Y2E=" } },
        { name: "lab-west", cluster: { server: "https://lab-west", "certificate-authority-data": "Y2E=" } },
      ],
      users: [
        { name: "lab-east", user: { "client-certificate-data": "Y2VydGlmaWNhdGU=", "client-key-data": "a2V5" } },
        { name: "lab-west", user: { "client-certificate-data": "Y2VydGlmaWNhdGU=", "client-key-data": "a2V5" } },
      ],
      contexts: [
        { name: "lab-east", context: { cluster: "lab-east", user: "lab-east" } },
        { name: "lab-west", context: { cluster: "lab-west", user: "lab-west" } },
      ],
      "current-context": "lab-east",
    });
  });
});

describe("lab certificates", () => {
  let directory: string;
  before(() => (directory = mkdtempSync(join(tmpdir(), "isthmus-certificates-"))));
  after(() => {
    rmSync(directory, { recursive: true });
  });

  it("are all signed by the cluster's authority and name the server's addresses", async () => {
    const made = await ensureCertificates(cluster, directory);
    const authority = new X509Certificate(made.authority);
    const server = new X509Certificate(readFileSync(join(directory, "server.crt")));
    for (const certificate of [
      server,
      new X509Certificate(made.admin.certificate),
      new X509Certificate(made.kubelet.certificate),
    ]) {
      assert.ok(certificate.verify(authority.publicKey));
      assert.ok(certificate.checkIssued(authority));
    }
    for (const address of ["172.18.0.10", "10.200.0.1", "127.0.0.1"]) assert.equal(server.checkIP(address), address);
    assert.equal(server.checkIP("172.18.0.11"), undefined);
    assert.match(new X509Certificate(made.kubelet.certificate).subject, /^CN=system:node:east\nO=system:nodes$/);
  });

  it("stay the same once they are made, and can be read by their owner alone", async () => {
    assert.deepEqual(await ensureCertificates(cluster, directory), await ensureCertificates(cluster, directory));
    for (const file of ["ca.key", "server.key", "admin.key", "service-account.key"]) {
      assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600, file);
    }
  });
});
