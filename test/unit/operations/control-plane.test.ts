import assert from "node:assert/strict";
import type { Check, Finding } from "../../../operations/verify/check";
import {
  exposedIstiodReady,
  gatewayReady,
  istiodReady,
  remoteClustersSynced,
  webhookReady,
} from "../../../operations/verify/control-plane";
import { KubernetesError } from "../../../access";
import { unsynced } from "../../../preflight";
import { FakeClient, type FakeCluster } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const system = "/api/v1/namespaces/istio-system";
const deployments = "/apis/apps/v1/namespaces/istio-system/deployments";
const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const ready = { conditions: [{ type: "Ready", status: "True" }] };

type Run = Check["run"];

function look(run: Run, cluster: FakeCluster, plan = planOf(twoPrimaries), ...without: string[]): Promise<Finding> {
  const context = verifyContext({ plan, client: (name) => new FakeClient(name, cluster) });
  return run(context, ["east"], new Set(without));
}

const withObjects = (objects: Record<string, unknown>): FakeCluster => ({ objects });

describe("istiod-ready", () => {
  const istiod = (availableReplicas?: number): unknown => ({
    metadata: { name: "istiod" },
    status: { availableReplicas },
  });

  it("holds when every istiod has an available replica", async () => {
    const finding = await look(istiodReady, withObjects({ [deployments]: [istiod(1)] }));
    assert.deepEqual(finding, { ok: true, message: "istiod available" });
  });

  it("does not hold without a replica, or without istiod", async () => {
    assert.deepEqual(await look(istiodReady, withObjects({ [deployments]: [istiod()] })), {
      ok: false,
      message: "no replica available of istiod",
    });
    assert.equal((await look(istiodReady, {})).message, "no istiod in namespace istio-system");
  });
});

describe("webhook-ready", () => {
  const injector = (caBundle: string | undefined): unknown => ({
    metadata: { name: "istio-sidecar-injector" },
    webhooks: [{ clientConfig: { caBundle: "QQ==" } }, { clientConfig: { caBundle } }],
  });

  it("holds when every webhook has its caBundle", async () => {
    assert.equal((await look(webhookReady, withObjects({ [webhooks]: [injector("QQ==")] }))).ok, true);
    for (const missing of ["", undefined]) {
      assert.equal((await look(webhookReady, withObjects({ [webhooks]: [injector(missing)] }))).ok, false);
    }
    assert.equal((await look(webhookReady, {})).message, "no sidecar injector is configured");
  });
});

describe("gateway-ready", () => {
  const service = (ingress: unknown): unknown => ({
    metadata: { name: "istio-eastwestgateway" },
    spec: { selector: { istio: "eastwestgateway" } },
    status: { loadBalancer: { ingress } },
  });

  it("holds with an address and a ready pod, and takes a hostname for an address", async () => {
    for (const [address, ingress] of [
      ["172.18.11.0", { ip: "172.18.11.0" }],
      ["lb.example", { hostname: "lb.example" }],
    ] as const) {
      const objects = { [`${system}/services`]: [service([ingress])], [`${system}/pods`]: [{ status: ready }] };
      const finding = await look(gatewayReady, withObjects(objects));
      assert.deepEqual(finding, { ok: true, message: `istio-eastwestgateway at ${address}` });
    }
  });

  it("says what is missing", async () => {
    const without = async (objects: Record<string, unknown>): Promise<string> =>
      (await look(gatewayReady, withObjects(objects))).message;
    assert.equal(await without({}), "no gateway Service for network east");
    assert.equal(
      await without({ [`${system}/services`]: [service(undefined)], [`${system}/pods`]: [{ status: ready }] }),
      "istio-eastwestgateway has no address from a load balancer",
    );
    assert.equal(
      await without({
        [`${system}/services`]: [service([{ ip: "172.18.11.0" }])],
        [`${system}/pods`]: [{ status: {} }],
      }),
      "no pod of istio-eastwestgateway is ready",
    );
  });
});

describe("exposed-istiod-ready", () => {
  const path = `${system}/services/istiod-exposed`;
  const clusters = {
    east: { network: "east", access: { context: "lab-east" } },
    edge: { network: "east", controlPlane: "east", access: { context: "lab-edge" } },
  };
  const plan = planOf({ ...twoPrimaries, clusters });
  const given = withObjects({ [path]: { status: { loadBalancer: { ingress: [{ hostname: "lb.example" }] } } } });

  it("holds with an address of the load balancer", async () => {
    assert.deepEqual(await look(exposedIstiodReady, given, plan), {
      ok: true,
      message: "istiod-exposed at lb.example",
    });
    assert.deepEqual(await look(exposedIstiodReady, withObjects({ [path]: {} }), plan), {
      ok: false,
      message: "istiod-exposed has no address from a load balancer",
    });
  });

  it("holds with a fixed address, as long as there is the Service", async () => {
    const exposedIstiod = { address: "203.0.113.11" };
    const fixed = planOf({ ...twoPrimaries, clusters: { ...clusters, east: { ...clusters.east, exposedIstiod } } });
    const { message } = await look(exposedIstiodReady, withObjects({ [path]: {} }), fixed);
    assert.equal(message, "istiod-exposed at 203.0.113.11");
    await assert.rejects(look(exposedIstiodReady, {}, fixed), KubernetesError);
  });
});

describe("remote-clusters-synced", () => {
  const pods = { [`${system}/pods`]: [{ metadata: { name: "istiod-1" } }, { metadata: { name: "istiod-2" } }] };

  it("asks every istiod from inside its pod", async () => {
    const asked: string[] = [];
    const finding = await look(remoteClustersSynced, {
      objects: pods,
      exec: ({ pod, container }, command) => {
        asked.push(`${pod}/${container}: ${command.join(" ")}`);
        return JSON.stringify([
          { id: "east", syncStatus: "synced" },
          { id: "west", secretName: "istio-system/istio-remote-clusters", syncStatus: "synced" },
        ]);
      },
    });
    assert.deepEqual(finding, { ok: true, message: "synced west" });
    assert.deepEqual(asked, [
      "istiod-1/discovery: pilot-discovery request GET /debug/clusterz",
      "istiod-2/discovery: pilot-discovery request GET /debug/clusterz",
    ]);
  });

  it("does not hold when one of several istiods has not synced", async () => {
    const finding = await look(remoteClustersSynced, {
      objects: pods,
      exec: ({ pod }) =>
        JSON.stringify([{ id: "west", secretName: "s", syncStatus: pod === "istiod-1" ? "synced" : "timeout" }]),
    });
    assert.deepEqual(finding, { ok: false, message: "istiod-2: west is timeout (s)" });
  });

  it("leaves out a cluster that nobody can reach, and says so", async () => {
    const exec = (): string => "[]";
    const finding = await look(remoteClustersSynced, { objects: pods, exec }, planOf(twoPrimaries), "west");
    assert.deepEqual(finding, { ok: true, message: "synced none; not looked at: west" });
  });

  it("says which cluster is unknown", () => {
    assert.equal(unsynced([], ["west"]), "west is unknown to it");
    assert.equal(unsynced([{ id: "west", syncStatus: "syncing" }], ["west"]), "west is syncing (no secret)");
    assert.equal(unsynced([{ id: "west", syncStatus: "synced" }], ["west"]), "");
  });
});
