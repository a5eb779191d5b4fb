import { belonging, parseLastOutputs } from "../../stacks";
import { trustPart } from "../../topology";
import { limited } from "../limited";
import { clustersIn } from "../stack/cluster-state";
import { defaultParallel, type PartsOptions } from "./options";
import { stateOf, type PartStack } from "./states";

/**
 * Parts whose clusters have something of the mesh: by what their last update said, as the program goes by it; where that
 * failed before it said anything, by what the state holds.
 * @param stacks By the parts that they are to be.
 */
export async function belongingParts(
  options: PartsOptions,
  stacks: ReadonlyMap<string, PartStack>,
): Promise<ReadonlySet<string>> {
  const { parallel = defaultParallel } = options;
  const standing = await limited(parallel, [...stacks], async ([part, stack]) => {
    if (isSaidToBelong(part, stack)) return [part];
    if (part === trustPart || stack.holds === "nothing") return [];
    return clustersIn(await stateOf(options, stack.at)).length > 0 ? [part] : [];
  });
  return new Set(standing.flat());
}

/** Whether a part's last update said that its cluster has something of the mesh, be it under a former name. Pure. */
export function isSaidToBelong(part: string, { state, name, outputs }: PartStack): boolean {
  const said = belonging(parseLastOutputs(outputs));
  return state.digest !== undefined || said.has(part) || said.has(name);
}
