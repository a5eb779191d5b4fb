import {
  reportByContexts,
  reportFromBundle,
  verdictOf,
  writeReportPage,
  type MeshReport,
} from "../../operations/deployment";
import { exitCodes } from "../failure";
import type { OperationFlags } from "../options";
import { printResult } from "../output";
import { openMesh, operate } from "../session";

/** What `isthmus report` is told. */
export interface ReportFlags extends OperationFlags {
  readonly html: string;
  readonly readOnly?: true;
  readonly clientImage?: string;
  readonly helloworldImage?: string;
  /** Of the kubeconfig; of a mesh that no stack has. */
  readonly contexts?: readonly string[];
  readonly from?: string;
}

/** `isthmus report` */
export async function reportVerb(flags: ReportFlags): Promise<void> {
  const { from, html } = flags;
  const report = await writeReportPage(html, () => (from === undefined ? look(flags) : reportFromBundle(from)));
  const { isWell, words } = verdictOf(report);
  printResult(flags.output, report, () => [`${words} ${html} has the page.`]);
  process.exitCode = isWell ? exitCodes.fine : exitCodes.unhealthy;
}

async function look(flags: ReportFlags): Promise<MeshReport> {
  const { clientImage, contexts, helloworldImage, readOnly } = flags;
  const mesh = contexts === undefined ? await openMesh(flags.stack) : undefined;
  const words = {
    onStop: "Removing the sample.",
    onceMore: "Once more ends at once and leaves that to the next `isthmus verify`.",
    advice: "The sample was removed, and no page was written.",
  };
  return operate(flags, words, (options) => {
    const told = {
      ...options,
      ...(clientImage === undefined ? {} : { clientImage }),
      ...(helloworldImage === undefined ? {} : { helloworldImage }),
      ...(readOnly === undefined ? {} : { effects: "none" as const }),
    };
    return mesh === undefined ? reportByContexts(contexts ?? [], told) : mesh.report(told);
  });
}
