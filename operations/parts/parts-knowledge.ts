import type { StackKnowledge } from "../../access";
import { trustPart } from "../../topology";
import { parseLastOutputs } from "../../stacks";
import { limited } from "../limited";
import { readMemory } from "../stack/stack-knowledge";
import { defaultParallel, partOptions, type PartsOptions } from "./options";
import { readPartStacks, type PartStack } from "./states";

/**
 * What the stacks of some parts know of their clusters, and that of the trust of the mesh's root.
 * @param stacks Those that there are, by part.
 */
export async function readPartsKnowledge(
  options: PartsOptions,
  stacks: ReadonlyMap<string, PartStack>,
  parts: readonly string[],
): Promise<StackKnowledge> {
  const { parallel = defaultParallel } = options;
  const there = parts.filter((part) => stacks.has(part));
  const read = await limited(
    parallel,
    there,
    async (part) => (await readMemory(await partOptions(options, part))).knowledge,
  );
  const root = parseLastOutputs(stacks.get(trustPart)?.outputs).mesh.rootFingerprint;
  return {
    // An update that failed left the outputs of the one before it, or none that count.
    clusters: new Map(
      read.flatMap(({ clusters }) =>
        [...clusters].map(([name, known]) => [
          name,
          { ...known, belongs: stacks.get(name)?.state.digest !== undefined },
        ]),
      ),
    ),
    roots: root === undefined ? [] : [root],
  };
}

/** What the stacks of all parts know. */
export async function knowledgeOfParts(options: PartsOptions): Promise<StackKnowledge> {
  const stacks = await readPartStacks(options);
  return readPartsKnowledge(options, stacks, [...stacks.keys()]);
}
