import { stackName } from "../../access";
import { parsePartOutputs, type PartState } from "../../stacks";
import { partOfStack, partStack } from "../../topology";
import { limited } from "../limited";
import { openWorkspace } from "../stack/workspace";
import { defaultParallel, partOptions, type PartsOptions } from "./options";

/** The stack of a part as it stands. */
export interface PartStack {
  /** What it says of itself, for the other parts. */
  readonly state: PartState;
  /** All its outputs; secrets are masked. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * The stacks of a mesh's parts that there are, by part; those of parts that the plan no longer has among them.
 * @param names Of the project's stacks, where they are known already.
 */
export async function readPartStacks(
  options: PartsOptions,
  names?: readonly string[],
): Promise<Map<string, PartStack>> {
  const { parallel = defaultParallel, stack } = options;
  const parts = (names ?? (await stackNames(options))).flatMap((name) => {
    const found = partOfStack(name);
    return found?.stack === stackName(stack) ? [found.part] : [];
  });
  const workspace = await openWorkspace(await partOptions(options, ""));
  const read = await limited(parallel, parts, async (part) => {
    return [part, partStackOf(await workspace.publicOutputs(partStack(stack, part)))] as const;
  });
  return new Map(read);
}

/** A stack by its outputs. Pure. */
export function partStackOf(outputs: Readonly<Record<string, unknown>>): PartStack {
  return { state: parsePartOutputs(outputs).part, outputs };
}

/** Names of all stacks of the project, without their organization. */
export async function stackNames(options: PartsOptions): Promise<string[]> {
  const workspace = await openWorkspace(options);
  return (await workspace.listStacks()).map(({ name }) => stackName(name));
}
