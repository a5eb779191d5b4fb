import { partsOf } from "../../topology";
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
