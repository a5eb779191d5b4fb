import { setTimeout as delay } from "node:timers/promises";
import { processesOfRun } from "../process/marked";
import { killProcesses } from "../process/process-tree";
import { isUnderWay, type RunRecord, type RunRecords } from "./run-record";

/** What is known of earlier runs on a stack from this machine, none of which is at work any more. */
export interface FormerRuns {
  /** Those that were cut off: whoever waited for them, or Pulumi itself, was killed. */
  readonly cutOff: readonly RunRecord[];
}

const pollMs = 500;

/**
 * Sees to it that no earlier run from this machine is at work on a stack: waits for one that goes on, and ends what is left
 * of one whose engine was killed. Its provider plugins go on without it, for minutes, and nobody would learn what they did.
 * @param onProgress Told in words what is done.
 * @param stop Ends the waiting.
 */
export async function seeToFormerRuns(
  records: RunRecords,
  onProgress: (words: string) => void,
  stop?: AbortSignal,
): Promise<FormerRuns> {
  for (const record of records.all()) {
    if (!isUnderWay(record)) continue;
    onProgress(
      `another update of the stack is under way (process ${record.engine?.pid ?? record.owner.pid}): waiting for it`,
    );
    while (isUnderWay(record)) await delay(pollMs, undefined, stop === undefined ? {} : { signal: stop });
  }
  const cutOff = records.all().filter((record) => !isUnderWay(record));
  for (const record of cutOff) await endOrphans(record, onProgress);
  return { cutOff };
}

async function endOrphans({ id, command }: RunRecord, onProgress: (words: string) => void): Promise<void> {
  const orphans = processesOfRun(id);
  if (orphans.length === 0) return;
  onProgress(`ending what is left of pulumi ${command}, which was killed (processes ${orphans.join(", ")})`);
  killProcesses(orphans);
  while (processesOfRun(id).length > 0) await delay(pollMs / 5);
}
