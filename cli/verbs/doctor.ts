import {
  doctorByContexts,
  doctorFromBundle,
  faultTitles,
  isFoundWell,
  type DoctorReport,
} from "../../operations/deployment";
import { documentationPage } from "../../operations/deployment/documentation";
import { doctorTable } from "../doctor-table";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";
import { styleOf } from "../verify-table";

/** What `isthmus doctor` is told. */
export interface DoctorFlags extends OperationFlags {
  readonly bundle?: string;
  /** Of the kubeconfig; of a mesh that no stack has. */
  readonly contexts?: readonly string[];
  readonly from?: string;
}

/** `isthmus doctor` */
export async function doctorVerb(flags: DoctorFlags): Promise<void> {
  const report = flags.from === undefined ? await examine(flags) : await doctorFromBundle(flags.from);
  const style = styleOf(process.stdout, process.env);
  const page = documentationPage("doctor.md");
  printResult(flags.output, report, () => doctorTable(report, faultTitles, page, style).trimEnd().split("\n"));
  process.exitCode = isFoundWell(report) ? exitCodes.fine : exitCodes.unhealthy;
}

async function examine(flags: DoctorFlags): Promise<DoctorReport> {
  const { bundle, contexts } = flags;
  const words = { onStop: "Stopping.", advice: "Nothing was changed." };
  const into = bundle === undefined ? {} : { bundle };
  if (contexts !== undefined) {
    return operate(flags, words, (options) => doctorByContexts(contexts, { ...options, ...into }));
  }
  const mesh = await openMesh(flags.stack);
  return operate(flags, words, (options) => mesh.doctor({ ...options, ...into }));
}
