import assert from "node:assert/strict";
import { labClusters } from "../../../cli/verbs/lab";
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
});
