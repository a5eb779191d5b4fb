import { partsOf } from "../../topology";
import { preview, refresh, type ChangesResult, type UpdateResult } from "../stack/stack";
import type { StackOptions } from "../stack/workspace";
import { ensureInParts } from "./layout";
import { limited } from "../limited";
import { mergedOutputs, summed } from "./merged";
import { defaultParallel, onPart, partOptions, type PartsOptions } from "./options";
import { readPartStacks } from "./states";
import { together } from "./together";

/**
 * Says what an update of all parts would do. What a part is yet to offer the others is unknown to them.
 * @throws the first error, when all others are done.
 */
export async function previewParts(options: PartsOptions): Promise<ChangesResult> {
  await ensureInParts(options);
  return inEach(options, preview);
}

/** Brings the states of all parts to what the clusters have. Changes no cluster. */
export async function refreshParts(options: PartsOptions): Promise<ChangesResult> {
  await ensureInParts(options);
  return inEach(options, refresh);
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

async function inEach(
  options: PartsOptions,
  operation: (options: StackOptions) => Promise<ChangesResult>,
): Promise<ChangesResult> {
  const { plan, stack, parallel = defaultParallel } = options;
  const errors: unknown[] = [];
  const results = await limited(parallel, partsOf(plan), async (part) => {
    try {
      options.stop?.throwIfAborted();
      return await onPart(options, part, operation);
    } catch (error) {
      errors.push(error);
      return { changes: {} };
    }
  });
  if (errors.length > 0) throw together(errors);
  return { stack, changes: summed(results.map(({ changes }) => changes)) };
}
