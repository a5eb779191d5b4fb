import { isInOrder } from "../../operations/deployment";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";
import { statusTable } from "../status-table";
import { styleOf } from "../verify-table";

/** `isthmus status` */
export async function statusVerb(flags: OperationFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const words = { onStop: "Stopping.", advice: "Nothing was changed." };
  const report = await operate(flags, words, (options) => mesh.status(options));
  printResult(flags.output, report, () =>
    statusTable(report, styleOf(process.stdout, process.env)).trimEnd().split("\n"),
  );
  process.exitCode = isInOrder(report) ? exitCodes.fine : exitCodes.unhealthy;
}
