import { ensureChangeAgreed } from "../change-agreement";
import { changesLine, outputLines } from "../changes";
import { updateInterruption } from "../interruption";
import type { OperationFlags, PolicyFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";

/** What `isthmus up` is told. */
export interface UpFlags extends OperationFlags, PolicyFlags {
  readonly refresh?: boolean;
  readonly all?: boolean;
  readonly parallel: number;
  readonly yes?: boolean;
}

/** `isthmus up` */
export async function upVerb(flags: UpFlags): Promise<void> {
  const mesh = await openMesh(flags.stack, flags);
  if (flags.yes !== true) {
    const words = { onStop: "Stopping.", advice: "Nothing was changed." };
    const summary = await operate(flags, words, (options) => mesh.summarise({ ...options, parallel: flags.parallel }));
    await ensureChangeAgreed({ command: "isthmus up", summary, isQuiet: flags.quiet === true });
  }
  const result = await operate(flags, updateInterruption("isthmus up"), (options) =>
    mesh.up({
      ...options,
      refresh: flags.refresh === true,
      extent: flags.all === true ? "all" : "changed",
      parallel: flags.parallel,
      // Who gets here has seen what goes.
      removals: "agreed",
    }),
  );
  printResult(flags.output, result, () => [changesLine(result), ...outputLines(result.outputs)]);
}
