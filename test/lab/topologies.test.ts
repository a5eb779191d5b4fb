import assert from "node:assert/strict";
import { istiodComplaints } from "./istiod-complaints";
import { allPairs, labDown, LabStack, leftIn } from "./lab-stack";
import { turnOf } from "../support/turns";

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
    stack: "ipv6",
    models: {
      east: "multi-primary-multi-network",
      edge: "primary-remote-multi-network",
      west: "multi-primary-multi-network",
    },
  },
  {
    stack: "dual-stack",
    models: {
      east: "multi-primary-multi-network",
      edge: "primary-remote-multi-network",
      west: "multi-primary-multi-network",
    },
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

/**
 * What every run tries: the external control plane, and the mixture, in which there is something of everything. `dev` is
 * what the other tests of a mesh work on. Of the rest there is one for each commit, unless all are asked for.
 */
const always = ["external-control-plane", "mixed"];
const rotating = topologies.map(({ stack }) => stack).filter((stack) => ![...always, "dev"].includes(stack));
const chosen =
  process.env["ISTHMUS_TOPOLOGIES"] === "all"
    ? topologies.map(({ stack }) => stack)
    : [...always, rotating[turnOf(rotating.length)]];

/** The stack files that a reader may copy, from nothing to nothing. */
describe("topologies on the lab", function () {
  this.timeout(10 * 60_000);

  before(labDown);

  for (const { stack: name, models, external = [] } of topologies) {
    if (!chosen.includes(name)) {
      it.skip(`${name}: left to another commit, or to make test-topologies, for the time that it takes`);
      continue;
    }
    it(`${name}: comes up from its stack file, answers between every two clusters, settles, has no istiod that complains, and leaves nothing`, async () => {
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
      for (const cluster of [...clusters, ...external]) assert.deepEqual(await istiodComplaints(cluster), [], cluster);
      await stack.destroy();
      for (const cluster of [...clusters, ...external]) assert.deepEqual(await leftIn(cluster), [], cluster);
    });
  }
});
