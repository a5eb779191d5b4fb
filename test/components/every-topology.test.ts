import assert from "node:assert/strict";
import type { MeshConfig } from "../../topology";
import { isSecret, isUnknown, record, type RecordedResource } from "../support/mocks";
import { externalControlPlane, primaryRemote, primaryRemoteNetworks, primaries, topologies } from "../support/plans";
import { buildMesh, find, listOf, provided, updateOf, valuesOf, type World } from "./support";

/** A preview of a mesh of which nothing exists yet. */
function firstPreviewOf(config: MeshConfig, world?: World): Promise<RecordedResource[]> {
  return record(
    "preview",
    () => ({ id: "" }),
    () => buildMesh(config, world),
  );
}

/** Strings that travel in the clear anywhere in a value, as they are and decoded. */
function clearTexts(value: unknown): string[] {
  if (typeof value === "string") return [value, Buffer.from(value, "base64").toString()];
  if (typeof value !== "object" || value === null || isSecret(value)) return [];
  return Object.values(value).flatMap(clearTexts);
}

describe("Mesh of every topology", () => {
  for (const [topology, config] of Object.entries(topologies)) {
    describe(topology, () => {
      let resources: RecordedResource[];

      before(async () => {
        resources = await updateOf(config);
      });

      it("lets no key and no token travel in the clear", () => {
        for (const { inputs, name } of resources) {
          for (const text of clearTexts(inputs)) assert.doesNotMatch(text, /KEY OF|TOKEN OF/, name);
        }
      });

      it("sends no argument of a component to the engine", () => {
        for (const { inputs, name, type } of resources.filter((resource) => resource.type.startsWith("isthmus:"))) {
          assert.deepEqual(inputs, {}, `${type} ${name}`);
        }
      });

      it("plans the same resources in a preview, where nothing is known yet", async () => {
        assert.deepEqual(listOf(await firstPreviewOf(config)), listOf(resources));
      });

      it("marks every object as ours", () => {
        for (const { inputs, name } of resources.filter(({ type }) => /^kubernetes:(core|networking)/.test(type))) {
          const { labels } = inputs["metadata"] as { labels?: Record<string, string> };
          assert.equal(labels?.["app.kubernetes.io/managed-by"], "isthmus", name);
        }
      });
    });
  }

  it("is told secrets apart by the tests", () => {
    assert.deepEqual(clearTexts({ a: ["VE9LRU4gT0Y="] }), ["VE9LRU4gT0Y=", "TOKEN OF"]);
  });
});

describe("Addresses that are not known yet", () => {
  it("stay unknown in a preview, and nobody is asked for them before their Service exists", async () => {
    let asked = 0;
    const addresses = (): undefined => {
      asked += 1;
      return undefined;
    };
    const first = await firstPreviewOf(primaryRemoteNetworks, { addresses });
    assert.equal(asked, 0);
    const later = await record("preview", provided, () => buildMesh(primaryRemoteNetworks, { addresses }));
    // The exposed istiod and the two gateways.
    assert.equal(asked, 3);
    for (const resources of [first, later]) {
      for (const cluster of ["edge", "west"]) {
        const { inputs } = find(resources, `mesh-${cluster}-control-plane-istiod`);
        assert.ok(isUnknown(inputs["values"]), cluster);
      }
    }
  });

  it("hide nothing else in a preview", async () => {
    const resources = await firstPreviewOf(primaryRemote, { addresses: () => undefined });
    assert.deepEqual(valuesOf(resources, "mesh-edge-control-plane-base"), {
      profile: "remote",
      defaultRevision: "",
    });
    const { edge, west } = primaryRemote.clusters;
    const fixed = {
      ...primaryRemote,
      clusters: { edge, west: { ...west, exposedIstiod: { address: "203.0.113.11" } } },
    };
    assert.deepEqual(
      valuesOf(await firstPreviewOf(fixed), "mesh-edge-control-plane-istiod"),
      valuesOf(await updateOf(fixed), "mesh-edge-control-plane-istiod"),
    );
    assert.ok(isUnknown(find(resources, "mesh-west-remote-clusters-secret").inputs["data"]));
  });

  it("leave an external istiod's values unknown too, since a host name would stand in its certificate", async () => {
    const resources = await firstPreviewOf(externalControlPlane, { addresses: () => undefined });
    assert.ok(isUnknown(find(resources, "mesh-control-control-plane-istiod").inputs["values"]));
  });
});

describe("Resources of a mesh", () => {
  it("grow by the same number with every primary", async () => {
    const counts: number[] = [];
    // One after the other: the mocks are the process's.
    for (const count of [2, 10, 40]) counts.push((await updateOf(primaries(count))).length);
    const [two = 0, ten = 0, forty = 0] = counts;
    const each = (ten - two) / 8;
    assert.equal(each, 20);
    assert.equal(two, 4 + 2 * each);
    assert.equal(forty, 4 + 40 * each);
  });
});
