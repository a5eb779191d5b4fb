import assert from "node:assert/strict";
import { KubernetesError } from "../../../access";
import type { Finding } from "../../../operations/verify";
import { servicesAlike } from "../../../operations/verify/services";
import { FakeClient, type FakeCluster } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const namespacesPath = "/api/v1/namespaces";
const servicesPath = "/api/v1/services";
const shop = { metadata: { name: "shop", labels: { "istio-injection": "enabled" } } };
const http = { name: "http", port: 80 };

const service = (spec: object, name = "cart", namespace = "shop"): object => ({ metadata: { name, namespace }, spec });
const holding = (services: readonly object[], namespaces: readonly object[] = [shop]): FakeCluster => ({
  objects: { [namespacesPath]: namespaces, [servicesPath]: services },
});

async function look(
  east: FakeCluster,
  west: FakeCluster,
  { plan = planOf(twoPrimaries), without = [] as string[] } = {},
): Promise<Finding> {
  const client = (name: string): FakeClient => new FakeClient(name, name === "east" ? east : west);
  return servicesAlike(verifyContext({ plan, client }), ["east", "west"], new Set(without));
}

const fine = { ok: true, message: "1 Service stands in several clusters, all alike" };

describe("services-alike", () => {
  it("holds with the same ports, whatever the order, the type and the pods' ports", async () => {
    const grpc = { name: "grpc", port: 9000, appProtocol: "grpc" };
    const east = service({ type: "ClusterIP", ports: [{ ...http, targetPort: 8080 }, grpc] });
    const west = service({ type: "LoadBalancer", ports: [grpc, { ...http, protocol: "TCP", targetPort: 80 }] });
    assert.deepEqual(await look(holding([east, service({}, "other")]), holding([west])), fine);
  });

  it("warns of ports, names of ports, protocols and types that differ", async () => {
    const one = service({ ports: [http] });
    for (const [spec, shape] of [
      [{ ports: [{ ...http, port: 8080 }] }, "http 8080"],
      [{ ports: [{ ...http, name: "web" }] }, "web 80"],
      [{ ports: [{ port: 80 }] }, "(unnamed) 80"],
      [{ ports: [{ ...http, protocol: "UDP" }] }, "http 80 UDP"],
      [{ ports: [{ ...http, appProtocol: "grpc" }] }, "http 80 grpc"],
      [{ clusterIP: "None", ports: [http] }, "headless, http 80"],
      [{ type: "ExternalName" }, "ExternalName"],
      [{}, "no port"],
    ] as const) {
      const finding = await look(holding([one]), holding([service(spec)]));
      const message = `shop/cart (east: http 80; west: ${shape})`;
      assert.deepEqual(finding, { ok: false, isWarning: true, message });
    }
  });

  it("lets Services that are each cluster's own be as they like", async () => {
    const [one, other] = [service({ ports: [http] }), service({ ports: [{ ...http, port: 8080 }] })];
    const local = planOf({ ...twoPrimaries, sameness: { clusterLocal: ["shop"] } });
    const none = { ok: true, message: "0 Services stand in several clusters, all alike" };
    assert.deepEqual(await look(holding([one]), holding([other]), { plan: local }), none);
    const strict = { plainServices: "cluster-local" as const, shared: ["cart.shop"] };
    const excepted = planOf({ ...twoPrimaries, sameness: strict });
    assert.equal((await look(holding([one]), holding([other]), { plan: excepted })).isWarning, true);
  });

  it("names some of many", async () => {
    const many = (port: number): object[] =>
      Array.from({ length: 7 }, (_unused, index) => service({ ports: [{ ...http, port }] }, `s${index}`));
    const { message } = await look(holding(many(80)), holding(many(81)));
    assert.match(message, /^shop\/s0 \(east: http 80; west: http 81\), .*shop\/s4 \([^)]*\) and 2 more$/);
  });

  it("looks only where pods get sidecars in both, and at no sample", async () => {
    const cases = [
      { name: "shop", labels: {} },
      { name: "shop", labels: { "istio-injection": "disabled", "istio.io/rev": "default" } },
      {
        name: "shop",
        labels: {
          "istio-injection": "enabled",
          "app.kubernetes.io/managed-by": "isthmus",
          "app.kubernetes.io/component": "verify",
        },
      },
    ];
    const [one, other] = [service({ ports: [http] }), service({ ports: [{ ...http, port: 81 }] })];
    for (const metadata of cases) {
      const finding = await look(holding([one]), holding([other], [{ metadata }]));
      assert.deepEqual(finding, { ok: true, message: "0 Services stand in several clusters, all alike" });
    }
    const revision = { metadata: { name: "shop", labels: { "istio.io/rev": "canary" } } };
    assert.equal((await look(holding([one]), holding([other], [revision]))).ok, false);
  });

  it("lets those differ that do not know each other", async () => {
    const { east, west } = twoPrimaries.clusters;
    const clusters = { east: { ...east, peers: [] }, west: { ...west, peers: [] } };
    const plan = planOf({ ...twoPrimaries, clusters });
    const [one, other] = [service({ ports: [http] }), service({ ports: [{ ...http, port: 81 }] })];
    assert.equal((await look(holding([one]), holding([other]), { plan })).ok, true);
  });

  it("says where it could not look", async () => {
    const one = holding([service({ ports: [http] })]);
    const refused = { refusals: { [servicesPath]: new KubernetesError("GET", servicesPath, 403, "forbidden") } };
    assert.deepEqual(await look(one, refused), {
      ok: false,
      isWarning: true,
      message: "not known: namespaces and Services may not be listed in west",
      hint: "Let this user list namespaces and Services of all namespaces.",
    });
    const alone = await look(one, {}, { without: ["west"] });
    assert.deepEqual(alone, {
      ok: true,
      message: "0 Services stand in several clusters, all alike; not looked at: west",
    });
    assert.equal((await look({}, {}, { without: ["east", "west"] })).isVoid, true);
    const failed = { refusals: { [servicesPath]: new KubernetesError("GET", servicesPath, 500, "down") } };
    await assert.rejects(look(one, failed), KubernetesError);
  });
});
