import assert from "node:assert/strict";
import { awaitAddresses, NoAddressError, type ClusterAccess } from "../../../access";
import { TestAuthority } from "./certificates";
import { accessTo, fakeApiServer, type Listening } from "./fake-api-server";

describe("awaitAddresses", () => {
  const gateway = { namespace: "istio-system", name: "gateway" };
  const path = "/api/v1/namespaces/istio-system/services/gateway";
  const events = "/api/v1/namespaces/istio-system/events?fieldSelector=involvedObject.uid%3Duid-of-gateway";
  const objects: Record<string, unknown> = {};
  let authority: TestAuthority;
  let server: Listening;

  before(async () => {
    authority = await TestAuthority.create("test");
    server = await fakeApiServer(await authority.issue(["127.0.0.1"]), { token: "good", objects });
  });
  afterEach(() => {
    for (const key of Object.keys(objects)) objects[key] = undefined;
  });
  after(() => server.close());

  function access(token = "good"): ClusterAccess {
    return accessTo("east", server.url, authority.certificate, { token });
  }

  function give(ingress: readonly unknown[] | undefined): void {
    objects[path] = {
      metadata: { uid: "uid-of-gateway" },
      status: { loadBalancer: ingress === undefined ? {} : { ingress } },
    };
  }

  it("takes the IP where there is one, else the host name", async () => {
    give([{ ip: "192.0.2.1" }, { hostname: "lb.example" }, { ip: "192.0.2.2", hostname: "both.example" }]);
    assert.deepEqual(await awaitAddresses(access(), gateway, 0, {}), ["192.0.2.1", "lb.example", "192.0.2.2"]);
  });

  it("waits until there is one", async () => {
    give(undefined);
    const asked = server.requests.length;
    const addresses = awaitAddresses(access(), gateway, 60, {});
    while (server.requests.length < asked + 2) await new Promise((resolve) => setTimeout(resolve, 20));
    give([{ ip: "192.0.2.1" }]);
    assert.deepEqual(await addresses, ["192.0.2.1"]);
  });

  it("names the Service and the likely causes when none comes, and what the cluster says of it", async () => {
    give([]);
    const silent = await awaitAddresses(access(), gateway, 0, {}).catch((error: unknown) => error);
    assert.ok(silent instanceof NoAddressError);
    assert.equal(
      silent.message,
      "cluster east: Service istio-system/gateway has no address from a load balancer after 0 s. " +
        "The cluster has no event about it, so probably no load balancer looks at it. " +
        "Look whether a load balancer's controller runs in the cluster (a cloud's, MetalLB), whether it has addresses left, and " +
        "whether it takes Services of this class; or give the address yourself (`eastWestGateway.addresses`, `exposedIstiod.address`). " +
        "Then run the update again: it goes on from here.",
    );
    objects[events] = { items: [{ reason: "Old" }, { reason: "AllocationFailed", message: "no available IPs" }] };
    await assert.rejects(
      awaitAddresses(access(), gateway, 0, {}),
      /The cluster says: AllocationFailed: no available IPs\. Look/,
    );
  });

  it("fails when there is no such Service, or it is refused, and names the cluster and the Service", async () => {
    await assert.rejects(awaitAddresses(access(), gateway, 60, {}), {
      message: "cluster east answers 404 when asked for Service istio-system/gateway",
    });
    await assert.rejects(awaitAddresses(access("bad"), gateway, 60, {}), {
      message: "cluster east answers 401 when asked for Service istio-system/gateway",
    });
  });
});
