import type { ClusterAccess } from "../../access";
import { controlPlaneIn, partsOf, trustPart } from "../../topology";
import { destroy, type ChangesResult } from "../stack/stack";
import { openWorkspace, type StackOptions } from "../stack/workspace";
import { limited } from "../limited";
import { summed } from "./merged";
import { defaultParallel, onPart, partOptions, type PartsOptions } from "./options";
import { readPartStacks } from "./states";

/**
 * Removes what the stacks of a mesh's parts made: first in the clusters that another's istiod serves, then where istiods
 * run, last the trust. The stacks stay, and are empty.
 * @param clusters Those that answer.
 * @returns Undefined where there are none.
 */
export async function destroyParts(
  options: PartsOptions,
  clusters: ReadonlyMap<string, ClusterAccess>,
): Promise<ChangesResult | undefined> {
  const { plan, stack, parallel = defaultParallel } = options;
  const parts = [...(await readPartStacks(options)).keys()];
  if (parts.length === 0) return undefined;
  const planned = partsOf(plan);
  const served = parts.filter((part) => planned.includes(part) && part !== trustPart && !controlPlaneIn(plan, part));
  const leading = parts.filter((part) => !served.includes(part) && part !== trustPart);
  const counts: ChangesResult["changes"][] = [];
  for (const group of [served, leading, parts.filter((part) => part === trustPart)]) {
    const results = await limited(parallel, group, async (part) => {
      if (part === trustPart) await unprotect(await partOptions(options, part));
      const own = new Map([...clusters].filter(([name]) => name === part));
      return onPart(options, part, (settings) => destroy(settings, own));
    });
    counts.push(...results.map((result) => result?.changes ?? {}));
  }
  return { stack, changes: summed(counts) };
}

/** The root is protected against a destruction by accident; who gets here has been asked. */
async function unprotect(options: StackOptions): Promise<void> {
  await (await openWorkspace(options)).unprotectAll(options.stack);
}
