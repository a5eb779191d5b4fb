import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { reachOf } from "../../../policy/addresses";
import type { Resource } from "../../../policy/rule";
import { namedApiServers, publicApiServers } from "../../../policy/rules/api-server";
import { base64, object } from "./support";

const token = "token-that-nobody-may-read";

const kubeconfig = (server: string): object => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "west", cluster: { server } }],
  users: [{ name: "west", user: { token } }],
});

/** The Secret by which istiod reads another cluster. */
function remoteSecret(text: string, metadata: object = { labels: { "istio/multiCluster": "true" } }): Resource {
  return object("v1", "Secret", { metadata, data: { west: base64(text) } });
}

const remote = (server: string): Resource => remoteSecret(JSON.stringify(kubeconfig(server)));

describe("no-public-api-server", () => {
  const publicServers = [
    "https://8.8.8.8:6443",
    "https://[2a00:1450:4001::1]:6443",
    "https://172.32.0.1",
    "https://100.128.0.1",
  ];

  it("refuses public addresses, and names no more of the kubeconfig than them", () => {
    for (const server of publicServers) {
      const [violation = ""] = publicApiServers.check(remote(server));
      assert.match(violation, /^west: expected an API server at a private address, found the public address \S+\. /);
      assert.ok(!violation.includes(token));
    }
  });

  it("takes addresses that the internet does not route, and host names", () => {
    const servers = [
      "https://10.0.0.1:6443",
      "https://172.18.0.10:6443",
      "https://192.168.1.1",
      "https://100.64.0.1",
      "https://[fd00::1]:6443",
      "https://[fe80::1]",
      "https://127.0.0.1:1",
      "https://api.example.com:6443",
    ];
    for (const server of servers) assert.deepEqual(publicApiServers.check(remote(server)), [], server);
  });

  it("takes the ranges that the configuration allows", () => {
    assert.deepEqual(publicApiServers.check(remote("https://8.8.8.8"), { allowed: ["8.8.8.0/24"] }), []);
    assert.deepEqual(publicApiServers.check(remote("https://[2a00::1]"), { allowed: ["2a00::/16"] }), []);
    assert.equal(publicApiServers.check(remote("https://8.8.4.4"), { allowed: ["8.8.8.8"] }).length, 1);
  });

  it("reads YAML as istioctl writes it, and the kubeconfig of an external istiod", () => {
    assert.equal(publicApiServers.check(remoteSecret(stringify(kubeconfig("https://8.8.8.8")))).length, 1);
    const external = remoteSecret(JSON.stringify(kubeconfig("https://8.8.8.8")), { name: "istio-kubeconfig" });
    assert.equal(publicApiServers.check(external).length, 1);
    assert.deepEqual(publicApiServers.check(remoteSecret(JSON.stringify(kubeconfig("https://8.8.8.8")), {})), []);
  });

  it("says that a kubeconfig cannot be read, and shows nothing of it", () => {
    for (const text of [`: : [${token}`, token, ""]) {
      const [violation = ""] = publicApiServers.check(remoteSecret(text));
      assert.match(violation, /found a kubeconfig that cannot be read/);
      assert.ok(!violation.includes(token));
    }
  });

  it("shows no credentials of a URL", () => {
    const [violation = ""] = publicApiServers.check(remote(`https://user:${token}@8.8.8.8`));
    assert.ok(violation !== "" && !violation.includes(token));
  });
});

describe("no-named-api-server", () => {
  it("warns of host names, but for those whose ending says that they are private", () => {
    assert.match(
      namedApiServers.check(remote("https://api.example.com"))[0] ?? "",
      /found the host name api\.example\.com/,
    );
    assert.deepEqual(namedApiServers.check(remote("https://api.mesh.internal")), []);
    assert.deepEqual(namedApiServers.check(remote("https://api.mesh.internal.")), []);
    assert.deepEqual(
      namedApiServers.check(remote("https://api.corp.example"), { privateDomains: [".corp.example"] }),
      [],
    );
    assert.deepEqual(namedApiServers.check(remote("https://8.8.8.8")), []);
  });
});

describe("reachOf", () => {
  it("tells RFC 1918's ranges from their neighbours", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, (second, third, fourth) => {
        const rest = `${third}.${fourth}`;
        assert.equal(reachOf(`https://10.${second}.${rest}`, [], []), "private");
        assert.equal(reachOf(`https://11.${second}.${rest}`, [], []), "public");
        const isPrivate = second >= 16 && second <= 31;
        assert.equal(reachOf(`https://172.${second}.${rest}`, [], []), isPrivate ? "private" : "public");
      }),
    );
  });

  it("looks through an IPv6 address that holds an IPv4 one", () => {
    assert.equal(reachOf("https://[::ffff:10.0.0.1]", [], []), "private");
    assert.equal(reachOf("https://[::ffff:8.8.8.8]", [], []), "public");
  });

  it("does not take what is no URL for one", () => {
    assert.equal(reachOf("8.8.8.8:6443", [], []), "unreadable");
    assert.equal(reachOf("", [], []), "unreadable");
  });
});
