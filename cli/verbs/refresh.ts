import { changesLine } from "../changes";
import { updateInterruption } from "../interruption";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";

/** `isthmus refresh` */
export async function refreshVerb(flags: OperationFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const result = await operate(flags, updateInterruption("isthmus refresh"), (options) => mesh.refresh(options));
  printResult(flags.output, result, () => [changesLine(result)]);
}
