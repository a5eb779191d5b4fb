import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { labClusters } from "../../../cli/verbs/lab";
import { planLab } from "../../../lab";
import type { MeshConfig } from "../../../topology";
import { repository } from "../../support/isthmus";
import { planOf, twoPrimaries } from "../../support/plans";

describe("the lab of a stack", () => {
  it("has the clusters that only run a control plane, each on a network of its own", () => {
    const plan = planOf({
      ...twoPrimaries,
      clusters: { east: { network: "net1", controlPlane: "hub", access: { context: "lab-east" } } },
      externalControlPlanes: { hub: { access: { context: "lab-hub" } } },
    });
    assert.deepEqual(labClusters(plan), [
      { name: "east", network: "net1" },
      { name: "hub", network: "hub" },
    ]);
  });

  it("has clusters of the families whose ranges the stack file gives, and a control plane of those that it serves", () => {
    const plan = planOf({
      ...twoPrimaries,
      clusters: {
        east: {
          network: "net1",
          controlPlane: "hub",
          access: { context: "lab-east" },
          ranges: { pods: ["fd00::/64"], services: ["fd01::/112"] },
        },
        west: { network: "net2", access: { context: "lab-west" }, ranges: { pods: ["10.1.0.0/16", "fd02::/64"] } },
      },
      externalControlPlanes: { hub: { access: { context: "lab-hub" } } },
    });
    assert.deepEqual(labClusters(plan), [
      { name: "east", network: "net1", families: ["IPv6"] },
      { name: "west", network: "net2", families: ["IPv4", "IPv6"] },
      { name: "hub", network: "hub", families: ["IPv6"] },
    ]);
  });

  for (const name of ["ipv6", "dual-stack"]) {
    it(`has the ranges that Pulumi.${name}.yaml gives`, () => {
      const stack = parse(readFileSync(join(repository, `Pulumi.${name}.yaml`), "utf8")) as {
        config: { "isthmus:mesh": MeshConfig };
      };
      const plan = planOf(stack.config["isthmus:mesh"]);
      assert.deepEqual(
        planLab(labClusters(plan)).clusters.map((cluster) => [cluster.name, cluster.podRange, cluster.serviceRange]),
        plan.clusters.map(({ name: cluster, ranges }) => [cluster, ranges.pods?.join(), ranges.services?.join()]),
      );
    });
  }
});
