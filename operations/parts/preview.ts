import { reachClusters } from "../../access";
import { configClusters, parseLastOutputs } from "../../stacks";
import { movedConfigurations, partsOf, trustPart } from "../../topology";
import { fitnessFrom, type Fitness } from "../stack/fitness";
import { operationSources } from "../stack/kubeconfig-sources";
import { preview, refresh, type ChangesResult, type UpdateResult } from "../stack/stack";
import type { StackOptions } from "../stack/workspace";
import { ensureInParts } from "./layout";
import { mergedOutputs, summed } from "./merged";
import { onPart, partOptions, type PartsOptions } from "./options";
import { readPartStacks } from "./states";
import { inEach } from "./together";

/**
 * Says what an update of all parts would do. What a part is yet to offer the others is unknown to them.
 * @throws as {@link inEach} does.
 */
export async function previewParts(options: PartsOptions): Promise<ChangesResult> {
  await ensureInParts(options);
  return onEach(options, preview);
}

/** Whether an update of the parts would begin at all, and which of them it would destroy. Changes nothing. */
export async function fitnessOfParts(options: PartsOptions): Promise<Fitness> {
  const { plan, projectDirectory, variables } = options;
  const stacks = await readPartStacks(options);
  const made = new Set([...stacks].filter(([, { state }]) => state.digest !== undefined).map(([part]) => part));
  const found = await fitnessFrom(async () => {
    const sources = operationSources(await partOptions(options, trustPart), "refuse");
    const reached = await reachClusters(plan, projectDirectory, sources, () => Promise.resolve(made), variables);
    const last = [...stacks.values()].map(({ outputs }) => configClusters(parseLastOutputs(outputs)));
    const moved = movedConfigurations(plan, Object.assign({}, ...last) as Record<string, string>);
    return { ...reached, problems: [...moved, ...reached.problems] };
  });
  const kept = new Set([...partsOf(plan), ...plan.clusters.flatMap(({ replaces }) => replaces ?? [])]);
  return { ...found, leaving: [...stacks.keys()].filter((part) => !kept.has(part)).sort() };
}

/** Brings the states of all parts to what the clusters have. Changes no cluster. */
export async function refreshParts(options: PartsOptions): Promise<ChangesResult> {
  await ensureInParts(options);
  return onEach(options, refresh);
}

/** What the stacks of all parts say of the mesh, as one; undefined where there are none. */
export async function partsOutputs(options: PartsOptions): Promise<UpdateResult["outputs"] | undefined> {
  const planned = new Set(partsOf(options.plan));
  const stacks = [...(await readPartStacks(options))].filter(([part]) => planned.has(part));
  if (stacks.length === 0) return undefined;
  return mergedOutputs(options.plan, new Map(stacks.map(([part, { outputs }]) => [part, outputs])));
}

/** The options of the stacks of all parts. */
export function stacksOfParts(options: PartsOptions): Promise<StackOptions[]> {
  return Promise.all(partsOf(options.plan).map((part) => partOptions(options, part)));
}

async function onEach(
  options: PartsOptions,
  operation: (options: StackOptions) => Promise<ChangesResult>,
): Promise<ChangesResult> {
  const results = await inEach(options, partsOf(options.plan), (part) => onPart(options, part, operation));
  return { stack: options.stack, changes: summed(results.map(({ changes }) => changes)) };
}
