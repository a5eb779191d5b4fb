import type { ClusterAccess } from "../../access";
import { controlPlaneIn, partsOf, trustPart } from "../../topology";
import { destroy, type ChangesResult } from "../stack/stack";
import type { StackOptions } from "../stack/stack-options";
import { openWorkspace } from "../stack/workspace";
import { summed } from "./merged";
import { onPart, partOptions, type PartsOptions } from "./options";
import { readPartStacks } from "./states";
import { inEach } from "./together";

/**
 * Removes what the stacks of a mesh's parts made: first in the clusters that another's istiod serves, then where istiods
 * run, last the trust. The stacks stay, and are empty. One that fails holds up no other of its kind; those that come later
 * wait for another run.
 * @param clusters Those that answer.
 * @returns Undefined where there are none.
 * @throws as {@link inEach} does.
 */
export async function destroyParts(
  options: PartsOptions,
  clusters: ReadonlyMap<string, ClusterAccess>,
): Promise<ChangesResult | undefined> {
  const { plan, stack } = options;
  const parts = [...(await readPartStacks(options)).keys()];
  if (parts.length === 0) return undefined;
  const planned = partsOf(plan);
  const served = parts.filter((part) => planned.includes(part) && part !== trustPart && !controlPlaneIn(plan, part));
  const leading = parts.filter((part) => !served.includes(part) && part !== trustPart);
  const counts: ChangesResult["changes"][] = [];
  for (const group of [served, leading, parts.filter((part) => part === trustPart)]) {
    const results = await inEach(options, group, (part) => destroyPart(options, part, clusters));
    counts.push(...results.map((result) => result?.changes ?? {}));
  }
  return { stack, changes: summed(counts) };
}

async function destroyPart(
  options: PartsOptions,
  part: string,
  clusters: ReadonlyMap<string, ClusterAccess>,
): Promise<ChangesResult | undefined> {
  if (part === trustPart) await unprotect(await partOptions(options, part));
  const own = new Map([...clusters].filter(([name]) => name === part));
  return onPart(options, part, (settings) => destroy(settings, own));
}

/** The root is protected against a destruction by accident; who gets here has been asked. */
async function unprotect(options: StackOptions): Promise<void> {
  await (await openWorkspace(options)).unprotectAll(options.stack);
}
