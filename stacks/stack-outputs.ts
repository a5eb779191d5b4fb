import { unknownOutput } from "../access";
import { programSources } from "./kubeconfig-sources";

/**
 * Reads the outputs of a stack, secrets among them, without what an update that failed never came to know. Nothing of
 * them lands in the state of the stack that reads: what one part of a mesh may know must not end up in all of them.
 * @param stack Its name; in full (`organization/project/stack`) for one of another project.
 * @returns Undefined where there is no such stack.
 */
export async function stackOutputs(stack: string): Promise<unknown> {
  return withoutUnknown(await programSources.outputs(stack));
}

/** Outputs without what is unknown. Pure. */
export function withoutUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.includes(unknownOutput) ? undefined : value.map(withoutUnknown);
  if (typeof value !== "object" || value === null) return value === unknownOutput ? undefined : value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, withoutUnknown(inner)] as const)
      .filter(([, inner]) => inner !== undefined),
  );
}
