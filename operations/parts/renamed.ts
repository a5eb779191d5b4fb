import type { Problem } from "../../topology";
import { partsOf, partStack, type MeshPlan } from "../../topology";
import { openWorkspace } from "../stack/workspace";
import { partOptions, type PartsOptions } from "./options";
import type { PartStack } from "./states";

/**
 * Parts that are to take over a stack which stands under another name, by the part: a cluster that the configuration
 * renames takes over that of its former name; and where a renaming was begun and is taken back, the cluster takes its own
 * back. Pure.
 */
export function takenOver(plan: MeshPlan, stacks: ReadonlyMap<string, PartStack>): ReadonlyMap<string, string> {
  const planned = partsOf(plan);
  const isFree = (part: string): boolean => (stacks.get(part)?.holds ?? "nothing") === "nothing";
  const isLeft = (part: string): boolean => !planned.includes(part) && stacks.get(part)?.holds === "something";
  const over = new Map<string, string>();
  for (const { name, replaces } of plan.clusters) {
    const [begun] = [...stacks].find(([part, stack]) => isLeft(part) && stack.name === name) ?? [];
    const former = replaces !== undefined && isLeft(replaces) ? replaces : begun;
    if (former !== undefined && isFree(name)) over.set(name, former);
  }
  return over;
}

/** The stacks by the parts that they are to be. Pure. */
export function underNewNames(
  stacks: ReadonlyMap<string, PartStack>,
  over: ReadonlyMap<string, string>,
): Map<string, PartStack> {
  const former = new Set(over.values());
  const moved = [...over].flatMap(([part, from]): [string, PartStack][] => {
    const stack = stacks.get(from);
    return stack === undefined ? [] : [[part, stack]];
  });
  return new Map([...[...stacks].filter(([part]) => !former.has(part) && !over.has(part)), ...moved]);
}

/**
 * Gives a part's stack another name, with all that is in it.
 * @param present Whether there is an empty stack of that name, as a preview makes it.
 */
export async function renamePart(
  options: PartsOptions,
  from: string,
  to: string,
  present: "absent" | "empty",
): Promise<void> {
  const [former, now] = [partStack(options.stack, from), partStack(options.stack, to)];
  options.onProgress?.(`${former} becomes ${now}`);
  const workspace = await openWorkspace(await partOptions(options, to));
  // Pulumi refuses to remove one that holds anything.
  if (present === "empty") await workspace.removeStack(now);
  await workspace.renameStack(former, now);
}

/** A cluster that is renamed and does not answer: what it is cannot be looked at. Pure. */
export function silentRename(path: string, former: string): Problem {
  return {
    path: `${path}.replaces`,
    expected: "a cluster that answers, since it is to be renamed",
    found: "none",
    fix: `Run it again when the cluster answers; until then keep the name ${former}.`,
  };
}
