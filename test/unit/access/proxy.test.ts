import assert from "node:assert/strict";
import { Agent } from "node:http";
import { goesThroughProxies } from "../../../access/connection/agent";
import { proxyFor } from "../../../access/connection/proxy";

describe("proxyFor", () => {
  const proxy = "http://proxy.example.org:3128";

  for (const [url, environment, expected] of [
    ["https://api.example.org:6443", {}, undefined],
    ["https://api.example.org:6443", { HTTPS_PROXY: proxy }, proxy],
    ["https://api.example.org:6443", { https_proxy: proxy }, proxy],
    ["https://api.example.org:6443", { HTTPS_PROXY: "proxy.example.org:3128" }, proxy],
    ["https://api.example.org:6443", { HTTP_PROXY: proxy }, undefined],
    ["https://api.example.org:6443", { HTTPS_PROXY: "", https_proxy: proxy }, proxy],
    ["https://api.example.org:6443", { HTTPS_PROXY: proxy, https_proxy: "" }, proxy],
    ["https://api.example.org:6443", { HTTPS_PROXY: "", https_proxy: "" }, undefined],
    ["http://charts.example.org", { HTTP_PROXY: "", http_proxy: proxy }, proxy],
    ["https://api.example.org", { HTTPS_PROXY: proxy, NO_PROXY: "", no_proxy: "api.example.org" }, undefined],
    ["http://charts.example.org", { HTTP_PROXY: proxy }, proxy],
    ["https://127.0.0.1:6443", { HTTPS_PROXY: proxy }, undefined],
    ["https://localhost:6443", { HTTPS_PROXY: proxy }, undefined],
    ["https://api.example.org", { HTTPS_PROXY: proxy, NO_PROXY: "*" }, undefined],
    ["https://api.example.org", { HTTPS_PROXY: proxy, NO_PROXY: "other, example.org" }, undefined],
    ["https://api.example.org", { HTTPS_PROXY: proxy, NO_PROXY: ".example.org" }, undefined],
    ["https://example.org", { HTTPS_PROXY: proxy, NO_PROXY: ".example.org" }, proxy],
    ["https://notexample.org", { HTTPS_PROXY: proxy, NO_PROXY: "example.org" }, proxy],
    ["https://api.example.org:6443", { HTTPS_PROXY: proxy, NO_PROXY: "api.example.org:443" }, proxy],
    ["https://api.example.org", { HTTPS_PROXY: proxy, NO_PROXY: "api.example.org:443" }, undefined],
    ["https://172.18.0.10:6443", { HTTPS_PROXY: proxy, NO_PROXY: "172.18.0.0/16" }, undefined],
    ["https://172.19.0.10:6443", { HTTPS_PROXY: proxy, NO_PROXY: "172.18.0.0/16" }, proxy],
    ["https://172.18.0.10:6443", { HTTPS_PROXY: proxy, NO_PROXY: "172.18.0.0/99" }, proxy],
    ["https://172.18.0.10:6443", { HTTPS_PROXY: proxy, NO_PROXY: "172.18.0.10" }, undefined],
    ["https://[fd00::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "fd00::/8" }, undefined],
    ["https://[fd00::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "fd00::1" }, undefined],
    ["https://[fd00::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "FD00:0:0::1" }, undefined],
    ["https://[fd00:0::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "[fd00:0::0001]:6443" }, undefined],
    ["https://[fd00::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "[fd00::1]:443" }, proxy],
    ["https://[fd00::1]", { HTTPS_PROXY: proxy, NO_PROXY: "[fd00::1]:443" }, undefined],
    // Brackets without a port are no address to Go.
    ["https://[fd00::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "[fd00::1]" }, proxy],
    ["https://[fd00::2]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "fd00::1, 10.0.0.0/8" }, proxy],
    ["https://[fd01::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "fd00::/16" }, proxy],
    ["https://[fd00::1]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "fd00::/129" }, proxy],
    ["https://[::1]:6443", { HTTPS_PROXY: proxy }, undefined],
    ["https://[::ffff:172.18.0.10]:6443", { HTTPS_PROXY: proxy, NO_PROXY: "172.18.0.0/16" }, undefined],
    ["https://172.18.0.10:6443", { HTTPS_PROXY: proxy, NO_PROXY: "::ffff:172.18.0.10" }, undefined],
  ] as const) {
    it(`${url} with ${JSON.stringify(environment)}: ${expected ?? "none"}`, () => {
      assert.equal(proxyFor(new URL(url), environment), expected);
    });
  }
});

describe("a Node.js", () => {
  it("that passes proxies over is told apart, for it would give our credentials to whatever is beyond", () => {
    class OlderAgent extends Agent {
      constructor() {
        super({});
      }
    }
    assert.equal(goesThroughProxies(OlderAgent), false);
    assert.equal(goesThroughProxies(), true);
  });
});
