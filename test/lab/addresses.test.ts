import assert from "node:assert/strict";
import { allPairs, kubectl, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-addresses");

const east = { network: "east", access: { context: "lab-east" } };
const edge = { network: "edge", controlPlane: "east", access: { context: "lab-edge" } };

/** An address of the lab's load balancer for cluster east, and its name in the lab's DNS. */
const fixedIstiod = { ip: "172.18.11.77", host: "172-18-11-77.lab.internal" };

/** The ways in which gateways and istiod are reached from other clusters. */
describeInTurn("addresses", "addresses on the lab", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    stack.write({ clusters: { east, edge } });
    await stack.labUp();
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("says what may be the reason when no load balancer gives an address in time, and goes on from there", async () => {
    const waiting = { loadBalancerClass: "example.org/none", timeoutSeconds: 10 };
    stack.write({ clusters: { east: { ...east, eastWestGateway: waiting }, edge } });
    const run = await stack.tryUp();
    assert.equal(run.code, 1, run.stderr);
    assert.match(
      run.stderr,
      /cluster east: Service istio-system\/istio-eastwestgateway has no address from a load balancer after 10 s\. .*run the update again/,
    );
    assert.doesNotMatch(run.stderr, /^\s+at /m, "no stack trace");
  });

  it("reaches gateways at a node's port and at another port of the load balancer", async () => {
    const node = await kubectl("east", "get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}");
    const nodePort = { type: "NodePort" as const, addresses: [node], port: 31443 };
    stack.write({
      clusters: { east: { ...east, eastWestGateway: nodePort }, edge: { ...edge, eastWestGateway: { port: 8443 } } },
    });
    const { outputs } = await stack.up();
    assert.deepEqual(outputs.clusters["east"]?.eastWest, { addresses: [node], port: 31443 });
    assert.equal(outputs.clusters["edge"]?.eastWest?.port, 8443);
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(["east", "edge"]));
  });

  it("reaches istiod under a host name, webhooks and proxies alike", async () => {
    const annotations = { "metallb.universe.tf/loadBalancerIPs": fixedIstiod.ip };
    const exposedIstiod = { address: fixedIstiod.host, annotations };
    stack.write({ clusters: { east: { ...east, exposedIstiod }, edge } });
    const { outputs } = await stack.up();
    assert.equal(outputs.controlPlanes["east"]?.address, fixedIstiod.host);
    await stack.settled();
    const url = "jsonpath={.webhooks[0].clientConfig.url}";
    assert.equal(
      await kubectl("edge", "get", "mutatingwebhookconfiguration", "istio-sidecar-injector", "-o", url),
      `https://${fixedIstiod.host}:15017/inject/cluster/edge/net/edge`,
    );
    assert.deepEqual(await stack.verified(), allPairs(["east", "edge"]));
  });
});
