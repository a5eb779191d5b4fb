import type { KnownCluster, StackKnowledge } from "../../preflight";
import { knowledgeOf, ofOnePart, parseLastOutputs } from "../../stacks";
import { trustPart } from "../../topology";
import { limited } from "../limited";
import { memoryIn } from "../stack/stack-knowledge";
import { belongingParts } from "./belonging";
import { defaultParallel, type PartsOptions } from "./options";
import { readPartStacks, stateOf, type PartStack } from "./states";

/**
 * What the stacks of some parts know of their clusters, and that of the trust of the mesh's root.
 * @param stacks By the parts that they are to be.
 */
export async function readPartsKnowledge(
  options: PartsOptions,
  stacks: ReadonlyMap<string, PartStack>,
  parts: readonly string[],
): Promise<StackKnowledge> {
  const { parallel = defaultParallel } = options;
  const belonging = await belongingParts(options, stacks);
  const read = await limited(parallel, parts, async (part) => {
    const at = stacks.get(part)?.at;
    if (at === undefined || part === trustPart) return [];
    const own = ofOnePart(memoryIn(await stateOf(options, at)).knowledge, part).clusters.get(part);
    return own === undefined ? [] : [[part, { ...own, belongs: belonging.has(part) }] as const];
  });
  const trust = parseLastOutputs(stacks.get(trustPart)?.outputs);
  const clusters = new Map<string, KnownCluster>(read.flat());
  for (const [site, request] of Object.entries(trust.trust.requests)) {
    clusters.set(site, { belongs: belonging.has(site), ...clusters.get(site), request });
  }
  return { ...knowledgeOf(trust, undefined), clusters };
}

/** What the stacks of all parts know. */
export async function knowledgeOfParts(options: PartsOptions): Promise<StackKnowledge> {
  const stacks = await readPartStacks(options);
  return readPartsKnowledge(options, stacks, [...stacks.keys()]);
}
