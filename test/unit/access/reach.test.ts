import assert from "node:assert/strict";
import { reachClusters, type ReachedClusters } from "../../../access";
import { noSources } from "../../support/kubeconfig-sources";
import { planOf } from "../../support/plans";
import { TestAuthority } from "./certificates";
import { fakeApiServer, type Listening } from "./fake-api-server";
import { meshOf, ResolveBench, token } from "./resolve-support";

describe("reachClusters", () => {
  const bench = new ResolveBench();
  let east: Listening;
  let west: Listening;
  let authority: TestAuthority;

  before(async () => {
    authority = await TestAuthority.create("ca");
    const identity = await authority.issue(["127.0.0.1"]);
    const objects = { "/api/v1/namespaces/shop": { metadata: {} } };
    east = await fakeApiServer(identity, { token, uid: "east", objects });
    west = await fakeApiServer(identity, { token, uid: "west" });
    await west.close();
  });

  after(() => east.close());

  /** Reaches a mesh of `east`, which answers and has the namespace shop, and `west`, which does not answer. */
  async function reached(...belonging: readonly string[]): Promise<ReachedClusters> {
    const authorityData = Buffer.from(authority.certificate).toString("base64");
    await bench.write("config", {
      contexts: ["east", "west"].map((name) => ({ name, context: { cluster: name, user: "me" } })),
      clusters: Object.entries({ east, west }).map(([name, { url }]) => ({
        name,
        cluster: { server: url, "certificate-authority-data": authorityData },
      })),
      users: [{ name: "me", user: { token } }],
    });
    const config = meshOf({ east: "east", west: "west" }, "config");
    config.namespaces = { shop: {}, batch: {}, local: { clusters: ["east"] } };
    const { west: silent } = config.clusters;
    assert.ok(silent !== undefined);
    config.clusters["west"] = { ...silent, ifUnreachable: "skip" };
    config.istio.charts = { directory: "charts" };
    const clusters = new Map(belonging.map((name) => [name, { belongs: true }]));
    return reachClusters(planOf(config), bench.home, noSources, () => Promise.resolve({ clusters, roots: [] }));
  }

  it("leaves out a new cluster that does not answer and may be missing", async () => {
    const { plan, resolved } = await reached();
    assert.ok(resolved);
    assert.deepEqual(
      plan.clusters.map(({ name }) => name),
      ["east"],
    );
  });

  it("keeps one that belongs to the mesh, with all its namespaces, for what was adopted must not be made anew", async () => {
    const { clusters, plan } = await reached("west");
    assert.deepEqual(
      plan.clusters.map(({ name }) => name),
      ["east", "west"],
    );
    assert.deepEqual(
      [...clusters.values()].map(({ existingNamespaces, isReachable, name }) => [
        name,
        isReachable,
        existingNamespaces,
      ]),
      [
        ["east", true, ["shop"]],
        ["west", false, ["batch", "shop"]],
      ],
    );
  });
});
