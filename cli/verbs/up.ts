import { changesLine, outputLines } from "../changes";
import type { OperationFlags, PolicyFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate, updateInterruption } from "../session";

/** What `isthmus up` is told. */
export interface UpFlags extends OperationFlags, PolicyFlags {
  readonly refresh?: boolean;
}

/** `isthmus up` */
export async function upVerb(flags: UpFlags): Promise<void> {
  const mesh = await openMesh(flags.stack, flags);
  const result = await operate(flags, updateInterruption("isthmus up"), (options) =>
    mesh.up({ ...options, refresh: flags.refresh === true }),
  );
  printResult(flags.output, result, () => [changesLine(result), ...outputLines(result.outputs)]);
}
