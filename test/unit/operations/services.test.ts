import assert from "node:assert/strict";
import { servicesTable } from "../../../cli/services-table";
import { countedPods } from "../../../operations/services/read";
import { isAnswered, podsOf, servicesReport, type FoundPods } from "../../../operations/services/status";
import type { MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

const config: MeshConfig = {
  ...twoPrimaries,
  clusters: { ...twoPrimaries.clusters, edge: { network: "west", access: { context: "edge" } } },
  namespaces: { shop: {} },
  globalServices: {
    services: {
      shop: {
        name: "shop.global",
        namespace: "shop",
        selector: { app: "shop", tier: "front" },
        ports: { http: { port: 80 } },
        pinned: { "shop-west.global": "west" },
        preferring: { "shop-near-west.global": "west" },
      },
      stall: {
        name: "stall.global",
        namespace: "shop",
        selector: { app: "a" },
        ports: { http: { port: 80 } },
        order: "even",
      },
      zoned: {
        name: "nearest.global",
        namespace: "shop",
        selector: { app: "b" },
        ports: { http: { port: 80 } },
        order: "nearest",
      },
      together: {
        name: "shared.global",
        namespace: "shop",
        selector: { app: "c" },
        ports: { http: { port: 80 } },
        preferring: { "shared-near-east.global": "east", "shared-near-west.global": "west" },
        weights: { west: 90, east: 10 },
      },
    },
  },
};
const plan = planOf(config);

const there: FoundPods = { ready: 2, pods: 2, withoutSidecar: 0 };
const gone: FoundPods = { ready: 0, pods: 1, withoutSidecar: 0 };

/** Who is called by a name from each cluster. */
function callsOf(name: string, pods: Readonly<Record<string, FoundPods>>): Record<string, readonly string[] | string> {
  const report = servicesReport(plan, (_service, cluster) => pods[cluster] ?? there);
  const found = report.names.find((one) => one.name === name);
  return Object.fromEntries((found?.callers ?? []).map(({ calls, cluster }) => [cluster, calls]));
}

describe("isthmus services", () => {
  it("says who is called from where: the own cluster, then its network, then the others", () => {
    assert.deepEqual(callsOf("shop.global", {}), { east: ["east"], edge: ["edge"], west: ["west"] });
    assert.deepEqual(callsOf("shop.global", { west: gone }), { east: ["east"], edge: ["edge"], west: ["edge"] });
    assert.deepEqual(callsOf("shop.global", { east: gone }), {
      east: ["edge", "west"],
      edge: ["edge"],
      west: ["west"],
    });
  });

  it("says so of names for one cluster, strictly or first, and of those for all alike", () => {
    assert.deepEqual(callsOf("shop-west.global", { west: gone }), { east: [], edge: [], west: [] });
    assert.deepEqual(callsOf("shop-near-west.global", {}), { east: ["west"], edge: ["west"], west: ["west"] });
    assert.deepEqual(callsOf("shop-near-west.global", { west: gone })["west"], ["east", "edge"]);
    assert.deepEqual(callsOf("stall.global", { west: gone })["west"], ["east", "edge"]);
    assert.deepEqual(callsOf("nearest.global", { west: gone })["west"], ["east", "edge"]);
  });

  it("says so of a name whose calls are shared out: all that a share goes to by now", () => {
    const shares = { west: 90, east: 10 };
    assert.deepEqual(callsOf("shared.global", {}), {
      east: ["east", "west"],
      edge: ["east", "west"],
      west: ["east", "west"],
    });
    assert.deepEqual(callsOf("shared.global", { west: gone })["east"], ["east", "edge"]);
    assert.deepEqual(callsOf("shared.global", { west: { trouble: "it does not answer" } })["east"], "not-known");
    const { mesh, names } = servicesReport(plan, () => there);
    const shared = names.filter(({ name }) => name === "shared.global");
    assert.deepEqual(
      shared.map(({ order, shares: told }) => [order, told]),
      [
        [
          "weighted",
          Object.entries(shares)
            .sort()
            .map(([cluster, percent]) => ({ cluster, percent })),
        ],
      ],
    );
    const [first] = servicesTable({ mesh, names: shared }, { colour: false, symbols: false }).split("\n");
    assert.equal(first, "ok   shared.global (east 10 %, west 90 %)");
  });

  it("does not know who is called where a cluster that would come first was not asked", () => {
    assert.deepEqual(callsOf("shop.global", { east: { trouble: "it does not answer" } }), {
      east: "not-known",
      edge: ["edge"],
      west: ["west"],
    });
  });

  it("passes over pods without a sidecar from other networks, whose gateways lead to none of them", () => {
    const bare: FoundPods = { ready: 1, pods: 1, withoutSidecar: 1 };
    assert.deepEqual(callsOf("shop-west.global", { west: bare }), { east: [], edge: ["west"], west: ["west"] });
  });

  it("is fine as long as every name is answered from everywhere", () => {
    assert.ok(isAnswered(servicesReport(plan, () => there)));
    assert.ok(!isAnswered(servicesReport(plan, (_service, cluster) => (cluster === "west" ? gone : there))));
    assert.ok(!isAnswered(servicesReport(plan, () => ({ trouble: "it does not answer" }))));
  });

  it("leaves out callers that know no cluster of the service", () => {
    const { clusters } = config;
    const lonely = planOf({
      ...config,
      clusters: { ...clusters, east: { network: "east", peers: [], access: { context: "e" } } },
    });
    const { names } = servicesReport(lonely, () => there);
    const pinned = names.find(({ name }) => name === "shop-west.global");
    assert.deepEqual(
      pinned?.callers.map(({ cluster }) => cluster),
      ["edge", "west"],
    );
  });

  it("finds pods by their labels, and counts those that are called", () => {
    const [home] = plan.globalServices.services[0]?.homes ?? [];
    assert.ok(home !== undefined);
    assert.deepEqual(podsOf(home), {
      path: "/api/v1/namespaces/shop/pods",
      query: { labelSelector: "app=shop,tier=front" },
    });
    const pod = (isReady: boolean, proxyIn: "containers" | "initContainers" | "none", isEnding = false) => ({
      metadata: isEnding ? { deletionTimestamp: "2026-11-30T00:00:00Z" } : {},
      spec: {
        containers: [{ name: "app" }, ...(proxyIn === "containers" ? [{ name: "istio-proxy" }] : [])],
        ...(proxyIn === "initContainers" ? { initContainers: [{ name: "istio-proxy" }] } : {}),
      },
      status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
    });
    const pods = [
      pod(true, "containers"),
      pod(true, "initContainers"),
      pod(true, "none"),
      pod(false, "containers"),
      pod(true, "containers", true),
    ];
    assert.deepEqual(countedPods(pods), { ready: 3, pods: 5, withoutSidecar: 1 });
  });

  it("has some lines for each name", () => {
    const found = (_service: string, cluster: string): FoundPods =>
      cluster === "west"
        ? { ...gone }
        : cluster === "edge"
          ? { trouble: "it does not answer" }
          : { ...there, withoutSidecar: 1 };
    const { mesh, names } = servicesReport(plan, found);
    const style = { colour: false, symbols: false };
    assert.deepEqual(servicesTable({ mesh, names: names.slice(0, 1) }, style).split("\n"), [
      "FAIL shop.global (the caller's cluster first)",
      "      in    east, namespace shop: 2 of 2 pods ready, 1 of them without a sidecar",
      "      in    edge, namespace shop: it does not answer",
      "      in    west, namespace shop: 0 of 1 pod ready",
      "      from  east: east",
      "      from  edge: not known",
      "      from  west: not known",
      "",
    ]);
    assert.equal(servicesTable({ mesh, names: [] }, style), "The mesh has no global services.\n");
  });
});
