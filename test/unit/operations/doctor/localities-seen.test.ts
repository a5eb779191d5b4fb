import assert from "node:assert/strict";
import { localitiesSeen, localityRuleIn } from "../../../../operations/doctor/localities-seen";
import { policiesSeen } from "../../../../operations/doctor/policies-seen";
import { FakeClient } from "../../../support/cluster-client";

const ruleOf = (setting: object, beside: object = {}): object => ({
  host: "basket",
  trafficPolicy: { loadBalancer: { localityLbSetting: setting }, ...beside },
});

describe("where nodes are, and what rules say of it", () => {
  it("is each locality once, and nothing for a node without a region", async () => {
    const node = (labels?: object): object => ({ metadata: { labels } });
    const zoned = { "topology.kubernetes.io/region": "eu", "topology.kubernetes.io/zone": "a" };
    const client = new FakeClient("east", {
      objects: { "/api/v1/nodes": [node(zoned), node(zoned), node({ "topology.kubernetes.io/region": "us" }), node()] },
    });
    assert.deepEqual(await localitiesSeen(client), ["", "eu/a", "us"]);
  });

  it("is who sends to whom, by what is ordered, and whether anything counts as failing", () => {
    const named = { namespace: "shop", name: "near", host: "basket" };
    const read = (spec: unknown): unknown => localityRuleIn("shop", "near", spec);
    assert.deepEqual(read(ruleOf({ distribute: [{ from: "eu/*", to: { "us/*": 20, "eu/*": 80 } }] })), [
      { ...named, distribute: [{ from: "eu/*", to: ["eu/*", "us/*"] }], hasOutlierDetection: false },
    ]);
    const order = { failover: [{ from: "eu", to: "us" }], failoverPriority: ["topology.istio.io/cluster=west"] };
    assert.deepEqual(read(ruleOf(order, { outlierDetection: {} })), [
      {
        ...named,
        orderedBy: ["topology.kubernetes.io/region", "topology.istio.io/cluster"],
        hasOutlierDetection: true,
      },
    ]);
    for (const spec of [{ host: "basket" }, ruleOf({ ...order, enabled: false }), undefined]) {
      assert.deepEqual(read(spec), []);
    }
  });

  it("is read of every namespace, and not of what Isthmus made itself", async () => {
    const rule = (name: string, labels = {}): object => ({
      metadata: { name, namespace: "shop", labels },
      spec: ruleOf({ failover: [{ from: "eu", to: "us" }] }),
    });
    const client = new FakeClient("east", {
      objects: {
        "/apis/networking.istio.io/v1/destinationrules": [
          rule("theirs"),
          rule("ours", { "app.kubernetes.io/managed-by": "isthmus" }),
        ],
      },
    });
    assert.deepEqual(
      (await policiesSeen(client)).localityRules?.map(({ name }) => name),
      ["theirs"],
    );
  });
});
