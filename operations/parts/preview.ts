import { reachClusters, type StackKnowledge } from "../../preflight";
import { configClusters, parseLastOutputs, parsePartOutputs } from "../../stacks";
import { ConfigurationError, movedConfigurations, partsOf, trustPart, withMutualTls } from "../../topology";
import { fitnessFrom, type Fitness } from "../stack/fitness";
import { operationSources, resolveClusters } from "../stack/kubeconfig-sources";
import { preview, previewDestruction, refresh, type ChangesResult, type UpdateResult } from "../stack/stack";
import type { StackOptions } from "../stack/stack-options";
import { ensureInParts } from "./layout";
import { mergedOutputs, summed } from "./merged";
import { onPart, partOptions, type PartsOptions } from "./options";
import { removalsIn, stillReachedParts } from "./removals";
import { readPartsKnowledge } from "./parts-knowledge";
import { readPartStacks } from "./states";
import { inEach } from "./together";

/**
 * Says what an update of all parts would do, and what would go with those that the configuration no longer has. What a part
 * is yet to offer the others is unknown to them.
 * @throws ConfigurationError for a removal that an update refuses; else as {@link inEach} does.
 */
export async function previewParts(options: PartsOptions): Promise<ChangesResult> {
  const stacks = await readPartStacks(options, await ensureInParts(options));
  const removals = removalsIn(options, stacks);
  if (removals.length > 0) {
    const { clusters } = await resolveClusters(options);
    const problems = await stillReachedParts(options, removals, stacks, clusters);
    if (problems.length > 0) throw new ConfigurationError(problems);
  }
  const removed = removals.map(({ part }) => part);
  const planned = partsOf(options.plan);
  const results = await inEach(options, [...planned, ...removed], (part) =>
    onPart(options, part, removed.includes(part) ? previewDestruction : preview),
  );
  return { stack: options.stack, changes: summed(results.map(({ changes }) => changes)) };
}

/** Whether an update of the parts would begin at all, and which of them it would destroy. Changes nothing. */
export async function fitnessOfParts(options: PartsOptions): Promise<Fitness> {
  const { plan, projectDirectory, variables } = options;
  const stacks = await readPartStacks(options);
  const planned = partsOf(plan).filter((part) => part !== trustPart);
  let knowledge: Promise<StackKnowledge> | undefined;
  const found = await fitnessFrom(async () => {
    const sources = operationSources(await partOptions(options, trustPart), "rehearse");
    const reached = await reachClusters(
      withMutualTls(plan, parsePartOutputs(stacks.get(trustPart)?.outputs).mesh),
      projectDirectory,
      sources,
      () => (knowledge ??= readPartsKnowledge(options, stacks, planned)),
      variables === undefined ? {} : { environment: variables },
    );
    const last = [...stacks.values()].map(({ outputs }) => configClusters(parseLastOutputs(outputs)));
    const moved = movedConfigurations(plan, Object.assign({}, ...last) as Record<string, string>);
    return { ...reached, problems: [...moved, ...reached.problems] };
  });
  return { ...found, leaving: removalsIn(options, stacks).map(({ part }) => part) };
}

/** Brings the states of all parts to what the clusters have. Changes no cluster. */
export async function refreshParts(options: PartsOptions): Promise<ChangesResult> {
  const stacks = await readPartStacks(options, await ensureInParts(options));
  const there = partsOf(options.plan).filter((part) => stacks.has(part));
  const results = await inEach(options, there, (part) => onPart(options, part, refresh));
  return { stack: options.stack, changes: summed(results.map(({ changes }) => changes)) };
}

/** What the stacks of all parts say of the mesh, as one; undefined where there are none. */
export async function partsOutputs(options: PartsOptions): Promise<UpdateResult["outputs"] | undefined> {
  const planned = new Set(partsOf(options.plan));
  const stacks = [...(await readPartStacks(options))].filter(([part]) => planned.has(part));
  if (stacks.length === 0) return undefined;
  return mergedOutputs(options.plan, new Map(stacks.map(([part, { outputs }]) => [part, outputs])));
}

/** The options of the stacks of all parts of the plan, as far as there are any. */
export async function stacksOfParts(options: PartsOptions): Promise<StackOptions[]> {
  const stacks = await readPartStacks(options);
  const there = partsOf(options.plan).filter((part) => stacks.has(part));
  return Promise.all(there.map((part) => partOptions(options, part)));
}
