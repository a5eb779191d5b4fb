import assert from "node:assert/strict";
import type { ObjectMetadata } from "../../../preflight/checks/standing/facts";
import { servicesByRegionIn, type MeshConfig } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";
import { configOf } from "./precheck-support";
import { factsOf, metadata, ours, said } from "./standing-support";

const shop = { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } };
type Order = Pick<NonNullable<NonNullable<MeshConfig["globalServices"]>["services"]>[string], "nextRegion" | "order">;

const meshWith = (order: Order, base: MeshConfig = configOf("east")): MeshConfig => ({
  ...base,
  namespaces: { shop: {} },
  globalServices: { services: { shop: { ...shop, ...order }, stall: shop } },
});

const nearest = meshWith({ order: "nearest" });
const labelled = metadata("n1", { labels: { "topology.kubernetes.io/region": "us-west-2" } });

const saidOf = (nodes: readonly ObjectMetadata[] | undefined, mesh = nearest): ReturnType<typeof said> =>
  said(factsOf({ system: ours, nodes }, mesh));

describe("regions by which global services are called", () => {
  it("are warned of where nodes do not say theirs", () => {
    const problem = (found: string): string =>
      `isthmus:mesh.clusters.east: expected nodes with the label topology.kubernetes.io/region, by which shop is called, found ${found}. Label them, as clouds do, or write \`order: local-first\` without \`nextRegion\`: pods on nodes without a region are near to each other, and far from all others.`;
    assert.deepEqual(saidOf([metadata("n1"), metadata("n2")]), { problems: [], warnings: [problem("none")] });
    assert.deepEqual(saidOf([labelled, metadata("n2")]).warnings, [problem("some without it: n2")]);
  });

  it("are none of anybody's business where they are there, not to be read, or not gone by", () => {
    const nothing = { problems: [], warnings: [] };
    assert.deepEqual(saidOf([labelled]), nothing);
    assert.deepEqual(saidOf(undefined), nothing);
    assert.deepEqual(saidOf([metadata("n1")], meshWith({})), nothing);
  });

  it("matter to clusters from which such a service is called", () => {
    const plan = planOf(meshWith({ nextRegion: { a: "b" } }, twoPrimaries));
    assert.deepEqual(servicesByRegionIn(plan, "east"), ["shop"]);
    assert.deepEqual(servicesByRegionIn(planOf(meshWith({}, twoPrimaries)), "east"), []);
  });
});
