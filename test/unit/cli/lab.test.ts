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

  it("has IPv6 clusters where the stack file gives such ranges, and where a control plane serves them", () => {
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
      { name: "east", network: "net1", family: "IPv6" },
      { name: "west", network: "net2" },
      { name: "hub", network: "hub", family: "IPv6" },
    ]);
  });

  it("has the ranges that the stack file of IPv6 clusters gives", () => {
    const stack = parse(readFileSync(join(repository, "Pulumi.ipv6.yaml"), "utf8")) as {
      config: { "isthmus:mesh": MeshConfig };
    };
    const plan = planOf(stack.config["isthmus:mesh"]);
    assert.deepEqual(
      planLab(labClusters(plan)).clusters.map(({ name, podRange, serviceRange }) => [name, podRange, serviceRange]),
      plan.clusters.map(({ name, ranges }) => [name, ...(ranges.pods ?? []), ...(ranges.services ?? [])]),
    );
  });
});
