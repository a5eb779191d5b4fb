import { isAnswered } from "../../operations/deployment";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { servicesTable } from "../services-table";
import { openMesh, operate } from "../session";
import { styleOf } from "../verify-table";

/** `isthmus services` */
export async function servicesVerb(flags: OperationFlags): Promise<void> {
  const mesh = await openMesh(flags.stack);
  const words = { onStop: "Stopping.", advice: "Nothing was changed." };
  const report = await operate(flags, words, (options) => mesh.services(options));
  printResult(flags.output, report, () =>
    servicesTable(report, styleOf(process.stdout, process.env)).trimEnd().split("\n"),
  );
  process.exitCode = isAnswered(report) ? exitCodes.fine : exitCodes.unhealthy;
}
