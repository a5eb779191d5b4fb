import { madeFilesIn, removeMade } from "../../operations/authority";
import { ensureAgreed } from "../confirm";
import type { OutputFlags } from "../options";
import { printResult } from "../output";

/** What `isthmus trust clean` is told. */
export interface CleanFlags extends OutputFlags {
  readonly yes?: boolean;
}

/** `isthmus trust clean` */
export async function trustCleanVerb(directory: string, { output, yes }: CleanFlags): Promise<void> {
  const removed = await madeFilesIn(directory);
  if (removed.length > 0) {
    await ensureAgreed(yes, {
      command: "isthmus trust clean",
      deed: `remove ${removed.length} files for good, keys among them: without the root's no certificate can be renewed under it`,
      answer: "yes",
      details: removed,
    });
    await removeMade(directory, removed);
  }
  printResult(output, { removed }, () => (removed.length === 0 ? ["nothing to remove"] : removed));
}
