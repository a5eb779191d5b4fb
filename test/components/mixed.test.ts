import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { MeshConfig } from "../../topology";
import { record, type RecordedResource } from "../support/mocks";
import { mixed, primaries } from "../support/plans";
import {
  addressOf,
  buildMesh,
  crossNetworkParts,
  exposedParts,
  find,
  gatewayParts,
  intermediateParts,
  kubeconfigsIn,
  listOf,
  listOfCluster,
  memberParts,
  unreadParts,
  provided,
  readingParts,
  rootParts,
  updateOf,
  valuesOf,
} from "./support";

describe("Mesh of three primaries on two networks and two remotes of different primaries", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(mixed);
  });

  it("registers exactly these resources", () => {
    const primary = (cluster: string): string[] => [
      ...memberParts(cluster),
      ...intermediateParts(cluster),
      ...readingParts(cluster),
      ...gatewayParts(cluster),
      ...crossNetworkParts(cluster),
    ];
    const remote = (cluster: string): string[] => [...memberParts(cluster), ...gatewayParts(cluster)];
    assert.deepEqual(
      listOf(resources),
      [
        ...rootParts,
        ...["p1", "p2", "p3"].flatMap(primary),
        ...["p1", "p3"].flatMap(exposedParts),
        ...["r1", "r3"].flatMap(remote),
      ].sort(),
    );
  });

  it("lets every primary read all the others, and no remote anybody", () => {
    for (const [primary, read] of [
      ["p1", ["p2", "p3", "r1", "r3"]],
      ["p2", ["p1", "p3", "r1", "r3"]],
      ["p3", ["p1", "p2", "r1", "r3"]],
    ] as const) {
      const kubeconfigs = kubeconfigsIn(resources, `mesh-${primary}-remote-clusters-secret`);
      assert.deepEqual(Object.keys(kubeconfigs).sort(), read);
      for (const cluster of read) {
        const { "current-context": context, users } = kubeconfigs[cluster] as Record<string, unknown>;
        assert.equal(context, cluster);
        assert.deepEqual(users, [{ name: cluster, user: { token: `TOKEN OF mesh-${cluster}-reader-token` } }]);
      }
    }
  });

  it("leads each remote to its own primary", () => {
    for (const [remote, primary] of [
      ["r1", "p1"],
      ["r3", "p3"],
    ] as const) {
      const { annotations } = find(resources, `mesh-${remote}-system-namespace`).inputs["metadata"] as {
        annotations: Record<string, string>;
      };
      assert.equal(annotations["topology.istio.io/controlPlaneClusters"], primary);
      assert.deepEqual(valuesOf(resources, `mesh-${remote}-control-plane-istiod`)["istiodRemote"], {
        injectionURL: `https://${addressOf(primary)}:15017/inject/cluster/${remote}/net/b`,
      });
    }
  });

  it("says each cluster's model and each istiod's address", async () => {
    let clusters: Record<string, { model: string; controlPlane: string }> = {};
    let controlPlanes: unknown;
    await record("update", provided, () => {
      const mesh = buildMesh(mixed);
      pulumi.output({ clusters: mesh.clusters, controlPlanes: mesh.controlPlanes }).apply((said) => {
        ({ clusters, controlPlanes } = said);
      });
    });
    assert.deepEqual(
      Object.entries(clusters).map(([name, { controlPlane, model }]) => [name, controlPlane, model]),
      [
        ["p1", "p1", "multi-primary-multi-network"],
        ["p2", "p2", "multi-primary-multi-network"],
        ["p3", "p3", "multi-primary-multi-network"],
        ["r1", "p1", "primary-remote-multi-network"],
        ["r3", "p3", "primary-remote-multi-network"],
      ],
    );
    const istiod = (name: string, serves: readonly string[], address: string | undefined): unknown => ({
      kind: "primary",
      configCluster: name,
      serves,
      address,
      intermediate: { notAfter: "2027-01-01T00:00:00Z", root: undefined },
    });
    assert.deepEqual(controlPlanes, {
      p1: istiod("p1", ["p1", "r1"], addressOf("p1")),
      p2: istiod("p2", ["p2"], undefined),
      p3: istiod("p3", ["p3", "r3"], addressOf("p3")),
    });
  });
});

describe("Mesh with peers", () => {
  /** `c000` calls services in `c001`, and nobody calls those in `c000`. */
  function oneWay(): MeshConfig {
    const mesh = primaries(2);
    const [caller, called] = Object.values(mesh.clusters);
    assert.ok(caller !== undefined && called !== undefined);
    return { ...mesh, clusters: { c000: { ...caller, peers: ["c001"] }, c001: { ...called, peers: [] } } };
  }

  it("makes a Secret for who reads alone, and a gateway for who is called alone", async () => {
    const resources = await updateOf(oneWay());
    assert.deepEqual(
      listOfCluster(resources, "c000"),
      [...unreadParts("c000"), ...intermediateParts("c000"), ...readingParts("c000")].sort(),
    );
    assert.deepEqual(
      listOfCluster(resources, "c001"),
      [
        ...memberParts("c001"),
        ...intermediateParts("c001"),
        ...gatewayParts("c001"),
        ...crossNetworkParts("c001"),
      ].sort(),
    );
    assert.deepEqual(Object.keys(kubeconfigsIn(resources, "mesh-c000-remote-clusters-secret")), ["c001"]);
  });

  it("lets a control plane read the clusters that it serves, whatever its peers", async () => {
    const { p1, ...rest } = mixed.clusters;
    const resources = await updateOf({ ...mixed, clusters: { ...rest, p1: { ...p1, peers: ["p2"] } } });
    assert.deepEqual(Object.keys(kubeconfigsIn(resources, "mesh-p1-remote-clusters-secret")), ["p2", "r1"]);
  });
});
