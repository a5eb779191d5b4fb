import assert from "node:assert/strict";
import { KubernetesError } from "../../../../access";
import { snapshotOfFound, type FoundCluster } from "../../../../diagnosis";
import { doctorReport } from "../../../../operations/doctor";
import { foundCluster, gatherFound } from "../../../../operations/doctor/found-clusters";
import { SecretTokens } from "../../../../operations/doctor/secret-tokens";
import { accessTo, silentServer } from "../../access/fake-api-server";
import { FakeClient } from "../../../support/cluster-client";
import { paperCluster, paperTrust, type PaperChange, type PaperTrust } from "./paper-cluster";

const system = "/api/v1/namespaces/istio-system";
const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const secret = "of others";

describe("a cluster of a mesh that no stack has", () => {
  let trust: PaperTrust;
  before(async () => {
    trust = await paperTrust();
  });

  async function bothFound(east: PaperChange = {}): Promise<FoundCluster[]> {
    const tokens = new SecretTokens();
    const secretsOf = (readerToken: string, remoteToken: string): Parameters<typeof paperCluster>[3] => ({
      readerToken,
      remoteToken,
      key: "the key",
      others: secret,
    });
    return [
      await foundCluster(paperCluster("east", "west", trust, secretsOf("of-east", "of-west"), east), tokens),
      await foundCluster(paperCluster("west", "east", trust, secretsOf("of-west", "of-east")), tokens),
    ];
  }

  it("says its name and network, and nothing is found to be wrong", async () => {
    const found = await bothFound();
    assert.deepEqual(
      found.map(({ clusterId, controlPlaneClusters, hasOtherGateways }) => ({
        clusterId,
        controlPlaneClusters,
        hasOtherGateways,
      })),
      ["east", "west"].map((clusterId) => ({ clusterId, controlPlaneClusters: [], hasOtherGateways: false })),
    );
    const report = doctorReport(snapshotOfFound(found, new Date().toISOString()));
    assert.deepEqual([report.mesh, report.causes, report.notLookedAt], ["mesh1", [], []]);
    assert.ok(!JSON.stringify(found).includes(secret), "nothing of an environment, an annotation or another Secret");
  });

  it("is asked what its istiod has read by the kubeconfigs that it has", async () => {
    const [east] = await bothFound({ syncStatus: "timeout", log: "error cluster west: refused" });
    assert.deepEqual(east?.seen.istiods?.[0]?.lines, { west: ["error cluster west: refused"] });
  });

  it("is called by its injector's path where it has no istiod, and names who may serve it", async () => {
    const objects = {
      "/apis/apps/v1/namespaces/istio-system/deployments": [],
      [system]: {
        metadata: { annotations: { "topology.istio.io/controlPlaneClusters": "west, north" } },
      },
      [webhooks]: [
        {
          metadata: { name: "istio-sidecar-injector" },
          webhooks: [{ clientConfig: { url: "https://198.51.100.1:15017/inject/cluster/edge/net/network2" } }],
        },
      ],
    };
    const [edge] = await bothFound({ objects });
    assert.deepEqual([edge?.clusterId, edge?.controlPlaneClusters], ["edge", ["west", "north"]]);
  });

  it("knows gateways in other namespaces and in the mesh's configuration", async () => {
    const elsewhere = { metadata: { namespace: "gateways", labels: { "topology.istio.io/network": "east" } } };
    const [one] = await bothFound({ objects: { "/api/v1/services": [elsewhere] } });
    assert.equal(one?.hasOtherGateways, true);
    const data = { mesh: "defaultConfig: { meshId: mesh1 }", meshNetworks: "networks: { west: { gateways: [] } }" };
    const [other] = await bothFound({
      objects: { [`${system}/configmaps`]: [{ metadata: { name: "istio-canary" }, data }] },
    });
    assert.equal(other?.hasOtherGateways, true);
  });

  it("is told of with what may not be read, and without a guess", async () => {
    const path = "/api/v1/services";
    const refusals = { [path]: new KubernetesError("GET", path, 403, "forbidden") };
    const client = new FakeClient("east", {
      objects: { "/version": {}, "/api/v1/namespaces/kube-system": {} },
      refusals,
    });
    const { hasOtherGateways, seen } = await foundCluster(client, new SecretTokens());
    assert.equal(hasOtherGateways, true);
    assert.ok(seen.unread.some(({ what }) => what === "gateways of networks"));
  });

  it("is told of when it has been read, or does not answer", async () => {
    const port = await silentServer();
    await port.close();
    const access = new Map([["east", accessTo("east", port.url, "", { token: "none" })]]);
    const told: string[] = [];
    const { clusters } = await gatherFound({ access, onProgress: (words) => told.push(words) });
    assert.deepEqual(told, ["east: does not answer"]);
    assert.notEqual(clusters[0]?.trouble, undefined);
  });
});
