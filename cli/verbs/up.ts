import { up } from "../../operations/stack";
import { changesLine, outputLines } from "../changes";
import type { StackFlags } from "../options";
import { print, printJson } from "../output";
import { interruptible, loadMesh, toStandardError, updateInterruption } from "../session";

/** What `isthmus up` is told. */
export interface UpFlags extends StackFlags {
  readonly refresh?: boolean;
}

/** `isthmus up` */
export async function upVerb(flags: UpFlags): Promise<void> {
  const mesh = await loadMesh(flags.stack);
  const result = await interruptible(
    (interruption) => up({ ...mesh, ...interruption, ...toStandardError(), refresh: flags.refresh === true }),
    updateInterruption("isthmus up"),
  );
  if (flags.output === "json") printJson(result);
  else print([changesLine(result), ...outputLines(result.outputs)]);
}
