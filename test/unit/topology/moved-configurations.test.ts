import assert from "node:assert/strict";
import { formatProblem, movedConfigurations, type MeshConfig } from "../../../topology";
import { planOf } from "../../support/plans";

const cluster = { network: "n1", controlPlane: "control" };

/** A mesh whose clusters an istiod outside of it serves. */
function served(names: readonly string[], more: { configCluster?: string; replaces?: string } = {}): MeshConfig {
  const { configCluster, replaces } = more;
  return {
    id: "mesh1",
    istio: { version: "1.31.1", charts: { directory: "charts" } },
    clusters: Object.fromEntries(
      names.map((name, index) => [
        name,
        { ...cluster, access: { context: name }, ...(index === 0 && replaces !== undefined ? { replaces } : {}) },
      ]),
    ),
    externalControlPlanes: {
      control: { access: { context: "control" }, ...(configCluster === undefined ? {} : { configCluster }) },
    },
  };
}

const moved = (config: MeshConfig): string[] =>
  movedConfigurations(planOf(config), { control: "beta" }).map(formatProblem);

describe("the configuration cluster of an external control plane", () => {
  it("does not move because a cluster joins that comes first by name", () => {
    assert.deepEqual(moved(served(["alpha", "beta", "gamma"])), [
      "isthmus:mesh.externalControlPlanes.control.configCluster: expected the cluster that holds the configuration of control, by name, since it was beta, found none, so that it would be alpha. Name beta to keep it. With another every policy, route and gateway in beta stops counting: copy them there first.",
    ]);
  });

  it("nor because the one that held it leaves", () => {
    assert.equal(moved(served(["gamma"])).length, 1);
  });

  it("moves where the configuration names another, and stays where it is the first, named, renamed or not known", () => {
    assert.deepEqual(moved(served(["alpha", "beta"], { configCluster: "alpha" })), []);
    assert.deepEqual(moved(served(["alpha", "beta"], { configCluster: "beta" })), []);
    assert.deepEqual(moved(served(["beta", "gamma"])), []);
    assert.deepEqual(moved(served(["alpha", "gamma"], { replaces: "beta" })), []);
    assert.deepEqual(movedConfigurations(planOf(served(["alpha", "beta"])), {}), []);
  });
});
