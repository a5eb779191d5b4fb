import assert from "node:assert/strict";
import type { Finding } from "../../../operations/verify";
import {
  clustersOnNetworks,
  clustersWithCrossNetworkGateway,
  crossNetworkGateway,
  gatewayConfigurationOf,
  networkLabelled,
} from "../../../operations/verify/networks";
import { FakeClient } from "../../support/cluster-client";
import { planOf, primaryRemote, primaryRemoteNetworks, quietConfiguration, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const context = (objects: Record<string, unknown>) =>
  verifyContext({ client: (name) => new FakeClient(name, { objects }) });

describe("network-labelled", () => {
  const look = (labels?: Record<string, string>): Promise<Finding> =>
    networkLabelled(context({ "/api/v1/namespaces/istio-system": { metadata: { labels } } }), ["east"]);

  it("is asked of each cluster where there are several networks", () => {
    assert.deepEqual(clustersOnNetworks(planOf(primaryRemoteNetworks)), [["edge"], ["west"]]);
    assert.deepEqual(clustersOnNetworks(planOf(primaryRemote)), []);
  });

  it("holds with the plan's network, and says what is there instead", async () => {
    assert.deepEqual(await look({ "topology.istio.io/network": "east" }), { ok: true, message: "on network east" });
    const wrong = "topology.istio.io/network of istio-system is to say east, and";
    assert.deepEqual(await look({ "topology.istio.io/network": "west" }), { ok: false, message: `${wrong} says west` });
    assert.deepEqual(await look(), { ok: false, message: `${wrong} does not have the label` });
  });
});

describe("cross-network-gateway", () => {
  const look = (...servers: object[]): Promise<Finding> =>
    crossNetworkGateway(
      context({
        "/apis/networking.istio.io/v1/namespaces/istio-system/gateways": [
          { metadata: { name: "empty" } },
          { metadata: { name: "cross-network-gateway" }, spec: { servers } },
        ],
      }),
      ["east"],
    );

  it("is asked where an istiod's configuration is whose gateways others call", () => {
    assert.deepEqual(clustersWithCrossNetworkGateway(planOf(twoPrimaries)), [["east"], ["west"]]);
    assert.deepEqual(clustersWithCrossNetworkGateway(planOf(primaryRemoteNetworks)), [["west"]]);
    assert.deepEqual(clustersWithCrossNetworkGateway(planOf(primaryRemote)), []);
    assert.deepEqual(clustersWithCrossNetworkGateway(planOf(quietConfiguration)), [["east"], ["west"]]);
  });

  it("is needed by calls from another network alone, where the called cluster's configuration is", () => {
    const plan = planOf(primaryRemoteNetworks);
    assert.deepEqual(gatewayConfigurationOf(plan, ["west", "edge"]), ["west"]);
    assert.deepEqual(gatewayConfigurationOf(plan, ["edge", "edge"]), []);
    assert.deepEqual(gatewayConfigurationOf(planOf(primaryRemote), ["west", "edge"]), []);
  });

  it("holds with a server that passes mutual TLS through on 15443, and no other", async () => {
    assert.deepEqual(await look({ port: { number: 15443 }, tls: { mode: "AUTO_PASSTHROUGH" } }), {
      ok: true,
      message: "cross-network-gateway lets calls of other networks pass on port 15443",
    });
    const missing = "no Gateway in istio-system lets calls of other networks pass on port 15443 (AUTO_PASSTHROUGH)";
    for (const server of [
      { port: { number: 443 }, tls: { mode: "AUTO_PASSTHROUGH" } },
      { port: { number: 15443 }, tls: { mode: "PASSTHROUGH" } },
      { port: { number: 15443 } },
    ]) {
      assert.deepEqual(await look(server), { ok: false, message: missing });
    }
  });
});
