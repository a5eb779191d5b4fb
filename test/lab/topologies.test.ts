import assert from "node:assert/strict";
import { allPairs, labDown, LabStack, leftIn } from "./lab-stack";

/** What a stack file is to become. */
interface Topology {
  readonly stack: string;
  /** The model of every cluster of the mesh. */
  readonly models: Readonly<Record<string, string>>;
  /** Clusters that run a control plane for others alone. */
  readonly external?: readonly string[];
}

const topologies: readonly Topology[] = [
  { stack: "single-cluster", models: { east: "single-cluster" } },
  { stack: "multi-primary", models: { east: "multi-primary", west: "multi-primary" } },
  { stack: "primary-remote", models: { east: "primary-remote", edge: "primary-remote" } },
  {
    stack: "primary-remote-multi-network",
    models: { east: "primary-remote-multi-network", edge: "primary-remote-multi-network" },
  },
  { stack: "dev", models: { east: "multi-primary-multi-network", west: "multi-primary-multi-network" } },
  {
    stack: "external-control-plane",
    models: { east: "external-control-plane-multi-network", west: "external-control-plane-multi-network" },
    external: ["control"],
  },
  {
    stack: "mixed",
    models: {
      branch: "primary-remote-multi-network",
      east: "multi-primary-multi-network",
      edge: "primary-remote-multi-network",
      north: "multi-primary-multi-network",
      west: "multi-primary-multi-network",
    },
  },
];

/** The stack files that a reader may copy, from nothing to nothing. */
describe("topologies on the lab", function () {
  this.timeout(10 * 60_000);

  before(labDown);

  for (const { stack: name, models, external = [] } of topologies) {
    it(`${name}: comes up from its stack file, answers between every two clusters, settles, and leaves nothing`, async () => {
      const stack = new LabStack(name);
      const clusters = Object.keys(models);
      await stack.labUp();
      const { outputs } = await stack.up();
      assert.deepEqual(
        Object.fromEntries(Object.entries(outputs.clusters).map(([cluster, { model }]) => [cluster, model])),
        models,
      );
      await stack.settled();
      assert.deepEqual(await stack.verified(), allPairs(clusters));
      await stack.destroy();
      for (const cluster of [...clusters, ...external]) assert.deepEqual(await leftIn(cluster), [], cluster);
    });
  }
});
