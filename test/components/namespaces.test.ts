import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { MeshConfig } from "../../topology";
import { record, type RecordedResource } from "../support/mocks";
import { twoPrimaries } from "../support/plans";
import { buildMesh, find, listOf, provided, updateOf } from "./support";

const config: MeshConfig = {
  ...twoPrimaries,
  namespaces: {
    shop: { labels: { team: "shop" }, annotations: { "example.org/owner": "team shop" } },
    batch: { injection: "disabled", clusters: ["west"] },
    canary: { revision: "stable", clusters: ["west"] },
  },
};

/** `shop` is in west already, and somebody else's. */
const world = { foreignNamespaces: { west: ["shop"] } };

const made = { "app.kubernetes.io/managed-by": "isthmus", "app.kubernetes.io/component": "mesh-namespace" };

describe("MeshNamespace", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(config, world);
  });

  it("is made in every cluster that has it, and adopted where it is somebody else's", () => {
    const own = resources.filter(({ name }) => /^mesh-(east|west)-namespace./.test(name));
    assert.deepEqual(
      listOf(own),
      [
        "isthmus:index:MeshNamespace mesh-east-namespace.shop",
        "isthmus:index:MeshNamespace mesh-west-namespace.batch",
        "isthmus:index:MeshNamespace mesh-west-namespace.canary",
        "isthmus:index:MeshNamespace mesh-west-namespace.shop",
        "kubernetes:core/v1:Namespace mesh-east-namespace.shop-namespace",
        "kubernetes:core/v1:Namespace mesh-west-namespace.batch-namespace",
        "kubernetes:core/v1:Namespace mesh-west-namespace.canary-namespace",
        "kubernetes:core/v1:NamespacePatch mesh-west-namespace.shop-patch",
      ].sort(),
    );
  });

  it("bears the labels that decide about injection, the configuration's, and ours where we made it", () => {
    const metadataOf = (name: string): unknown => find(resources, name).inputs["metadata"];
    assert.deepEqual(metadataOf("mesh-east-namespace.shop-namespace"), {
      name: "shop",
      annotations: { "example.org/owner": "team shop" },
      labels: { team: "shop", "istio-injection": "enabled", ...made },
    });
    assert.deepEqual(metadataOf("mesh-west-namespace.shop-patch"), {
      name: "shop",
      annotations: { "example.org/owner": "team shop" },
      labels: { team: "shop", "istio-injection": "enabled" },
    });
    assert.deepEqual(metadataOf("mesh-west-namespace.batch-namespace"), {
      name: "batch",
      labels: { "istio-injection": "disabled", ...made },
    });
    assert.deepEqual(metadataOf("mesh-west-namespace.canary-namespace"), {
      name: "canary",
      labels: { "istio.io/rev": "stable", ...made },
    });
  });

  it("stays with its labels when it is left out, whoever made it", () => {
    const kept = resources.filter(({ isKept }) => isKept).map(({ name }) => name);
    assert.deepEqual(kept, [
      "mesh-east-namespace.shop-namespace",
      "mesh-west-namespace.batch-namespace",
      "mesh-west-namespace.canary-namespace",
      "mesh-west-namespace.shop-patch",
    ]);
  });

  it("is said to be the stack's own only where the stack made it", async () => {
    const namespaces: Record<string, unknown> = {};
    await record("update", provided, () => {
      pulumi.output(buildMesh(config, world).clusters).apply((clusters) => {
        for (const [name, outputs] of Object.entries(clusters)) namespaces[name] = outputs.namespaces;
      });
    });
    assert.deepEqual(namespaces, { east: ["shop"], west: ["batch", "canary"] });
  });
});

describe("SystemNamespace", () => {
  const platform = {
    labels: { "pod-security.kubernetes.io/enforce": "baseline" },
    annotations: { "example.org/owner": "team platform" },
  };
  const prepared: MeshConfig = { ...twoPrimaries, istio: { ...twoPrimaries.istio, systemNamespace: platform } };
  const identity = (cluster: string): object => ({
    "isthmus.dev/mesh": twoPrimaries.id,
    "isthmus.dev/trust-domain": `${twoPrimaries.id}.internal`,
    "isthmus.dev/cluster": cluster,
  });
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(prepared, { foreignNamespaces: { west: ["istio-system"] } });
  });

  it("is made with the configuration's labels and annotations beside ours", () => {
    assert.deepEqual(find(resources, "mesh-east-system-namespace").inputs["metadata"], {
      name: "istio-system",
      labels: { ...platform.labels, "app.kubernetes.io/managed-by": "isthmus", "topology.istio.io/network": "east" },
      annotations: { ...platform.annotations, ...identity("east") },
    });
  });

  it("is only patched where somebody else made it, without the label by which it would be ours to delete", () => {
    const { inputs, type } = find(resources, "mesh-west-system-patch");
    assert.equal(type, "kubernetes:core/v1:NamespacePatch");
    assert.deepEqual(inputs["metadata"], {
      name: "istio-system",
      labels: { ...platform.labels, "topology.istio.io/network": "west" },
      annotations: { ...platform.annotations, ...identity("west") },
    });
    assert.equal(
      resources.some(({ name }) => name === "mesh-west-system-namespace"),
      false,
    );
  });

  it("holds what the mesh has in it all the same", () => {
    const secret = find(resources, "mesh-west-system-cacerts").inputs["metadata"];
    assert.equal((secret as { readonly namespace: string }).namespace, "istio-system");
  });
});
