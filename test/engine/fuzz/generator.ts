/** Makes cases of the fuzzer from seeds. Pure. */

import type { BackendName } from "../backends";
import type { StallPoint } from "../paper/faults";
import { paperCluster, type PaperConfig } from "../paper/mesh";
import { victims, type Change, type Disturbance, type FuzzCase, type FuzzStep, type Victim } from "./case";
import { changed, externalName, isValid, settled, standingOf } from "./configuration";
import { Random } from "./random";

/** Names that clusters may have, some the beginnings of others. */
const clusterNames = ["east", "east-2", "west", "north", "a", "trust-2"] as const;

/** Contexts by which they may be reached. */
export const contexts = ["c1", "c2", "c3", "c4", "c5"] as const;

const networks = ["n1", "n2", "n3"] as const;

/** Bounds of a case, which keep it within a minute or two. */
const clustersAtMost = 4;
const stepsAtMost = 4;
/** An update of two clusters has some thirty operations. */
const operationsAtMost = 40;
const updateTakesMs = 6_000;

/** How often in a hundred steps something goes wrong. */
const disturbed = 75;
const tries = 50;

/** @returns the case that follows from a seed. */
export function generateCase(seed: number, backend: BackendName): FuzzCase {
  const random = new Random(seed);
  const mesh = meshBy(random);
  const steps: FuzzStep[] = [stepOf(random, { kind: "nothing" }, mesh)];
  let standing = standingOf(mesh);
  const count = 2 + random.below(stepsAtMost - 1);
  for (let left = tries; steps.length < count && left > 0; left--) {
    const change = changeBy(random, standing.config);
    const next = changed(standing, change);
    if (next === undefined) continue;
    steps.push(stepOf(random, change, next.config));
    // As if it had succeeded: a step that cannot be done after one that did not is left out when the case runs.
    standing = settled(next);
  }
  return { seed, backend, mesh, steps };
}

function stepOf(random: Random, change: Change, config: PaperConfig): FuzzStep {
  if (!random.percent(disturbed)) return { change };
  return { change, disturbance: change.kind === "stacks" ? moveDisturbanceBy(random) : disturbanceBy(random, config) };
}

function meshBy(random: Random): PaperConfig {
  for (let left = tries; left > 0; left--) {
    const count = 1 + random.below(clustersAtMost - 1);
    let standing = standingOf({ id: "mesh1", clusters: {}, stacks: random.percent(30) ? "per-cluster" : "one" });
    for (let index = 0; index < count; index++) {
      standing = changed(standing, additionBy(random, standing.config)) ?? standing;
    }
    if (isValid(standing.config)) return standing.config;
  }
  return { id: "mesh1", clusters: { east: paperCluster("east", { access: { context: "c1" } }) } };
}

function changeBy(random: Random, config: PaperConfig): Change {
  const names = Object.keys(config.clusters);
  const cluster = random.pick(names);
  const kind = random.pick([
    "nothing",
    "add",
    "add",
    "remove",
    "remove",
    "rename",
    "network",
    "plane",
    "plane",
    "stacks",
  ]);
  switch (kind) {
    case "add":
      return names.length < clustersAtMost ? additionBy(random, config) : { kind: "remove", cluster };
    case "remove":
      return { kind, cluster };
    case "rename":
      return { kind, cluster, to: random.pick(clusterNames) };
    case "network":
      return { kind, cluster, network: random.pick(networks) };
    case "plane":
      return { kind: "control-plane", cluster, ...controlPlaneBy(random, names) };
    case "stacks":
      return { kind, stacks: config.stacks === "per-cluster" ? "one" : "per-cluster" };
    default:
      return { kind: "nothing" };
  }
}

function additionBy(random: Random, { clusters }: PaperConfig): Change {
  return {
    kind: "add",
    cluster: random.pick(clusterNames),
    context: random.pick(contexts),
    network: random.pick(networks),
    ...(random.percent(40) ? controlPlaneBy(random, Object.keys(clusters)) : {}),
  };
}

function controlPlaneBy(random: Random, names: readonly string[]): { controlPlane?: string } {
  const controlPlane = random.pick([undefined, externalName, ...names, ...names]);
  return controlPlane === undefined ? {} : { controlPlane };
}

/** A move of state runs no program and asks no cluster. */
function moveDisturbanceBy(random: Random): Disturbance {
  const at = { afterMs: random.below(updateTakesMs) };
  return random.percent(80)
    ? { kind: "kill", victim: random.pick<Victim>(["isthmus", "pulumi", "all"]), at }
    : { kind: "second-run", ...at };
}

function disturbanceBy(random: Random, config: PaperConfig): Disturbance {
  const kind = random.pick(["kill", "kill", "kill", "kill", "kill", "fault", "second-run"]);
  switch (kind) {
    case "fault": {
      const { access } = random.pick(Object.values(config.clusters));
      const context = "context" in access ? (access.context ?? "") : "";
      return { kind, context, fault: random.pick(["silent", "errors"]) };
    }
    case "second-run":
      return { kind, afterMs: random.below(updateTakesMs / 2) };
    default: {
      const at = random.percent(65)
        ? { operation: 1 + random.below(operationsAtMost), point: random.pick<StallPoint>(["before", "after"]) }
        : { afterMs: random.below(updateTakesMs) };
      return { kind: "kill", victim: random.pick(victims), at };
    }
  }
}
