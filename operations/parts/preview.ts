import { partsOf } from "../../topology";
import { preview, previewDestruction, refresh, type ChangesResult, type UpdateResult } from "../stack/stack";
import type { StackOptions } from "../stack/workspace";
import { ensureInParts } from "./layout";
import { mergedOutputs, summed } from "./merged";
import { onPart, partOptions, type PartsOptions } from "./options";
import { findRemovals } from "./removals";
import { readPartStacks } from "./states";
import { inEach } from "./together";

/**
 * Says what an update of all parts would do, and what would go with those that the configuration no longer has. What a part
 * is yet to offer the others is unknown to them.
 * @throws as {@link inEach} does.
 */
export async function previewParts(options: PartsOptions): Promise<ChangesResult> {
  await ensureInParts(options);
  const removed = (await findRemovals(options)).map(({ part }) => part);
  const planned = partsOf(options.plan);
  const results = await inEach(options, [...planned, ...removed], (part) =>
    onPart(options, part, removed.includes(part) ? previewDestruction : preview),
  );
  return { stack: options.stack, changes: summed(results.map(({ changes }) => changes)) };
}

/** Brings the states of all parts to what the clusters have. Changes no cluster. */
export async function refreshParts(options: PartsOptions): Promise<ChangesResult> {
  await readPartStacks(options, await ensureInParts(options));
  const results = await inEach(options, partsOf(options.plan), (part) => onPart(options, part, refresh));
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
