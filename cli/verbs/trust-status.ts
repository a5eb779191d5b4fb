import { isTrustworthy } from "../../operations/deployment";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";
import { trustTable } from "../trust-table";
import { styleOf } from "../verify-table";

/** `isthmus trust status` */
export async function trustStatusVerb(flags: OperationFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const words = { onStop: "Stopping.", advice: "Nothing was changed." };
  const report = await operate(flags, words, (options) => mesh.trustStatus(options));
  printResult(flags.output, report, () =>
    trustTable(report, styleOf(process.stdout, process.env)).trimEnd().split("\n"),
  );
  process.exitCode = isTrustworthy(report) ? exitCodes.fine : exitCodes.unhealthy;
}
