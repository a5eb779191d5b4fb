import { belonging, parseLastOutputs } from "../../stacks";
import { trustPart } from "../../topology";
import { limited } from "../limited";
import { clustersIn } from "../stack/cluster-state";
import { defaultParallel, type PartsOptions } from "./options";
import { stateOf, type PartStack } from "./states";

/**
 * Parts whose clusters have something of the mesh: by what their last update said, as the program goes by it; where that
 * failed before it said anything, by what the state holds.
 */
export async function belongingParts(
  options: PartsOptions,
  stacks: ReadonlyMap<string, PartStack>,
): Promise<ReadonlySet<string>> {
  const { parallel = defaultParallel } = options;
  const standing = await limited(parallel, [...stacks], async ([part, stack]) => {
    const { state, name, outputs, holds, at } = stack;
    const said = belonging(parseLastOutputs(outputs));
    if (state.digest !== undefined || said.has(part) || said.has(name)) return [part];
    if (part === trustPart || holds === "nothing") return [];
    return clustersIn(await stateOf(options, at)).includes(at) ? [part] : [];
  });
  return new Set(standing.flat());
}
