import { checkTitles } from "../../operations/deployment";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { print, printResult } from "../output";
import { openMesh, operate } from "../session";
import { verifyJunit } from "../verify-junit";
import { styleOf, verifyTable } from "../verify-table";

/** What `isthmus check` is told. */
export interface CheckFlags extends Omit<OperationFlags, "output"> {
  readonly output: OperationFlags["output"] | "junit";
  readonly fromInside?: true;
  readonly clientImage?: string;
}

/** `isthmus check` */
export async function checkVerb(flags: CheckFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const { clientImage, fromInside, output } = flags;
  const shown = { ...flags, output: output === "junit" ? "table" : output } as const;
  const words =
    fromInside === undefined
      ? { onStop: "Stopping.", advice: "Nothing was changed." }
      : { onStop: "Removing the pods.", advice: "Nothing else was made." };
  const report = await operate(shown, words, (options) =>
    mesh.check({
      ...options,
      ...(fromInside === undefined ? {} : { effects: "pods" }),
      ...(clientImage === undefined ? {} : { clientImage }),
    }),
  );
  if (output === "junit") print(verifyJunit(report, checkTitles, "isthmus check").split("\n"));
  else {
    const style = styleOf(process.stdout, process.env);
    printResult(output, report, () => verifyTable(report, checkTitles, style).trimEnd().split("\n"));
  }
  // What stands in a stack could not be looked at, and is nothing wrong.
  process.exitCode = report.summary.fail === 0 ? exitCodes.fine : exitCodes.unhealthy;
}
