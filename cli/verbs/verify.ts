import { checks, isHealthy, type MeshDeployment, type VerifyReport } from "../../operations/deployment";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";
import { styleOf, verifyTable } from "../verify-table";

/** What `isthmus verify` is told. */
export interface VerifyFlags extends OperationFlags {
  readonly clientImage?: string;
}

/** `isthmus verify` */
export async function verifyVerb(flags: VerifyFlags): Promise<void> {
  const report = await verifyMesh(await openMesh(flags.stack), flags);
  printResult(flags.output, report, () => tableOf(report).trimEnd().split("\n"));
  process.exitCode = isHealthy(report) ? exitCodes.fine : exitCodes.unhealthy;
}

/** Runs the checks and shows how far they are. */
export function verifyMesh(mesh: MeshDeployment, flags: VerifyFlags): Promise<VerifyReport> {
  const words = {
    onStop: "Removing the sample.",
    onceMore: "Once more ends at once and leaves that to the next `isthmus verify`.",
    advice: "The sample was removed.",
  };
  const { clientImage } = flags;
  return operate(flags, words, (options) =>
    mesh.verify({ ...options, ...(clientImage === undefined ? {} : { clientImage }) }),
  );
}

/** The report as people read it. */
export function tableOf(report: VerifyReport): string {
  const titles = new Map(checks.map((check) => [check.id, check.title]));
  return verifyTable(report, titles, styleOf(process.stdout, process.env));
}
