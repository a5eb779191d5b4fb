import assert from "node:assert/strict";
import { TestAuthority } from "../access/certificates";
import { accessTo, fakeApiServer, fakeWebServer, hangingUpServer, silentServer } from "../access/fake-api-server";
import { fakeProxy, fakeSocksProxy } from "../access/fake-proxies";
import { assertNothing, context, only, PrecheckBench, silent, token, unknownHost } from "./precheck-support";

describe("precheck of a connection", () => {
  const bench = new PrecheckBench();

  it("finds nothing where all is well, with fifteen questions", async () => {
    const hooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    const objects = { "/apis": { groups: [] }, [hooks]: { items: [] } };
    const server = await bench.opened(fakeApiServer(bench.identity, { token, objects }));
    assertNothing(await bench.check([bench.access("east", server.url)]));
    assert.equal(server.requests.length, 15);
  });

  it("tells a refused connection", async () => {
    const server = await fakeApiServer(bench.identity, { token });
    await server.close();
    assert.equal(
      only(silent(await bench.check([bench.access("east", server.url)]))),
      `${context}: expected an answer from HOST, found a refused connection (ECONNREFUSED). Start the server, or mend the address and port.`,
    );
  });

  it("tells a server that never answers, in the time it was given", async () => {
    const { url } = await bench.opened(silentServer());
    const start = performance.now();
    const findings = await bench.check([bench.access("east", url)], undefined, 300);
    assert.equal(
      only(silent(findings)),
      `${context}: expected an answer from HOST, found none within 0.3 s. Connect to its network, a VPN for one, open the firewall, or mend the address; where the way is only slow, set ISTHMUS_REQUEST_TIMEOUT to more seconds.`,
    );
    assert.ok(performance.now() - start < 10_000);
  });

  it("gives each question its time, and not all of them together", async () => {
    const { url } = await bench.opened(fakeApiServer(bench.identity, { token, thinksMs: 250 }));
    const start = performance.now();
    assertNothing(await bench.check([bench.access("east", url)], undefined, 600));
    assert.ok(performance.now() - start > 600, "the questions were over before their time");
  });

  it("tells a server that hangs up", async () => {
    const { url } = await bench.opened(hangingUpServer());
    assert.match(
      only(silent(await bench.check([bench.access("east", url)]))),
      /found a closed connection \(ECONNRESET\)/,
    );
  });

  it("tells a name that DNS does not know", async () => {
    const findings = await bench.check([bench.access("east", `https://${unknownHost}:6443`)]);
    assert.match(
      only(silent(findings)),
      /^isthmus:mesh\.clusters\.east\.access\.context: expected an answer from x+\.invalid:6443, found a name that DNS does not know/,
    );
  });

  it("tells a server that speaks no TLS", async () => {
    const { url } = await bench.opened(fakeWebServer({}));
    const findings = await bench.check([bench.access("east", url.replace("http:", "https:"))]);
    assert.match(only(silent(findings)), /expected TLS from HOST, found something else/);
  });

  it("tells a certificate of another authority, and sends it no token", async () => {
    const other = await TestAuthority.create("other");
    const server = await bench.opened(fakeApiServer(bench.identity, { token }));
    assert.match(
      only(silent(await bench.check([accessTo("east", server.url, other.certificate, { token })]))),
      /expected a certificate of HOST that its authority signed, found another/,
    );
    assert.deepEqual(server.requests, []);
  });

  it("tells a certificate for another name", async () => {
    const elsewhere = await bench.authority.issue(["kubernetes.default"]);
    const { url } = await bench.opened(fakeApiServer(elsewhere, { token }));
    assert.match(
      only(silent(await bench.check([bench.access("east", url)]))),
      /expected a certificate for HOST, found one for other names \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    );
  });

  it("tells a certificate that has expired", async () => {
    const old = await bench.authority.issue(["127.0.0.1"], -60_000);
    const { url } = await bench.opened(fakeApiServer(old, { token }));
    assert.match(
      only(silent(await bench.check([bench.access("east", url)]))),
      /expected a certificate of HOST that is valid now, found one that is not \(CERT_HAS_EXPIRED\)/,
    );
  });

  it("tells credentials that are not accepted, though the version is everyone's to read", async () => {
    assert.equal(
      only((await bench.checkEast({}, { token: "stale" })).problems),
      `${context}: expected credentials that HOST accepts, found others (401 Unauthorized). Log in again, or renew the credentials of the context's user.`,
    );
  });

  it("tells a server that is not ready, and one that is something else", async () => {
    assert.match(
      only(silent(await bench.checkEast({ status: 503 }))),
      /expected an API server at HOST that is ready, found one that answers 503/,
    );
    assert.match(
      only((await bench.checkEast({ status: 404 })).problems),
      /expected a Kubernetes API server at HOST, found something else \(404\)/,
    );
  });

  it("goes through the proxy that the kubeconfig names, for names that only the proxy knows", async () => {
    const inside = await bench.authority.issue(["api.inside"]);
    const server = await bench.opened(fakeApiServer(inside, { token }));
    const proxy = await bench.opened(fakeProxy(server));
    const access = bench.access("east", "https://api.inside:6443", { token }, { "proxy-url": proxy.url });
    assertNothing(await bench.check([access]));
    assert.ok(proxy.requests.includes("CONNECT api.inside:6443"));
    await proxy.close();
    assert.equal(
      only(silent(await bench.check([access]))),
      `${context}: expected an answer from api.inside:6443, found a refused connection (ECONNREFUSED) through the proxy HOST. Mend the proxy (proxy-url in the kubeconfig, else HTTPS_PROXY), or name what is reached without it in NO_PROXY.`,
    );
  });

  it("goes through a SOCKS proxy", async () => {
    const inside = await bench.authority.issue(["api.inside"]);
    const proxy = await bench.opened(fakeSocksProxy(await bench.opened(fakeApiServer(inside, { token }))));
    assertNothing(
      await bench.check([bench.access("east", "https://api.inside", { token }, { "proxy-url": proxy.url })]),
    );
    assert.ok(proxy.requests.includes("name api.inside:443"));
  });
});
