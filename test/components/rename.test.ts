import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GeneratedTrust } from "../../components";
import { createSite, type MeshSite } from "../../components/mesh-site";
import { record } from "../support/mocks";
import { planOf, twoPrimaries } from "../support/plans";
import { provided } from "./support";

/** The site of a cluster, made under mocks. */
async function siteOf(cluster: string, replaces?: string): Promise<MeshSite> {
  const { east, west } = twoPrimaries.clusters;
  const plan = planOf({
    ...twoPrimaries,
    clusters: { east: { ...east, ...(replaces === undefined ? {} : { replaces }) }, west },
  });
  let made: MeshSite | undefined;
  await record("update", provided, () => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "mesh");
    const site = plan.clusters.find(({ name }) => name === cluster);
    assert.ok(site !== undefined);
    const context = { name: "mesh", plan, parent };
    made = createSite({ ...context, trust: new GeneratedTrust(context) }, site, {
      provider: new kubernetes.Provider(cluster, {}),
      server: "https://east.example:6443",
      addresses: () => Promise.resolve([]),
    });
  });
  return made as unknown as MeshSite;
}

// The mocks run no aliases: that the engine keeps what is renamed, the lab's tests show.
describe("A renamed cluster", () => {
  it("gives each of its components the alias that it had under its former name", async () => {
    const { options } = await siteOf("east", "orient");
    assert.deepEqual(options("gateway").aliases, [{ name: "mesh-orient-gateway" }]);
    assert.deepEqual(options("namespace.shop", { dependsOn: [] }).aliases, [{ name: "mesh-orient-namespace.shop" }]);
  });

  it("gives none to a cluster that keeps its name", async () => {
    assert.ok(!("aliases" in (await siteOf("east")).options("gateway")));
    assert.ok(!("aliases" in (await siteOf("west", "orient")).options("gateway")));
  });
});
