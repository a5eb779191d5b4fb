import assert from "node:assert/strict";
import { readService } from "../../../access";
import { TestAuthority } from "./certificates";
import { accessTo, fakeApiServer, type Listening } from "./fake-api-server";

describe("readService", () => {
  const service = { status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } };
  let authority: TestAuthority;
  let server: Listening;

  before(async () => {
    authority = await TestAuthority.create("test");
    server = await fakeApiServer(await authority.issue(["127.0.0.1"]), {
      token: "good",
      objects: { "/api/v1/namespaces/istio-system/services/gateway": service },
    });
  });
  after(() => server.close());

  it("reads a Service, and knows when there is none", async () => {
    const access = accessTo("east", server.url, authority.certificate, { token: "good" });
    assert.deepEqual(await readService(access, "istio-system", "gateway", {}), service);
    assert.equal(await readService(access, "istio-system", "another", {}), undefined);
  });

  it("fails when it is refused, and names the cluster and the Service", async () => {
    const access = accessTo("east", server.url, authority.certificate, { token: "bad" });
    await assert.rejects(readService(access, "istio-system", "gateway", {}), {
      message: "cluster east answers 401 when asked for Service istio-system/gateway",
    });
  });
});
