import { setTimeout as delay } from "node:timers/promises";
import { processesOfRun } from "../process/marked";
import { killProcesses } from "../process/process-tree";
import { isUnderWay, type RunRecord, type RunRecords } from "./run-record";

/** What is known of earlier runs on a stack from this machine, none of which is at work any more. */
export interface FormerRuns {
  /** Those that were cut off: whoever waited for them, or Pulumi itself, was killed. */
  readonly cutOff: readonly RunRecord[];
  /** Those that ended by themselves a short while ago, with an error, as when a provider plugin was killed. */
  readonly failed: readonly RunRecord[];
}

/** Longer than anything that a provider plugin begins is taken for being at work: what is older tells nothing. */
const failureTellsForMs = 10 * 60_000;

const pollMs = 500;

/**
 * Sees to it that no earlier run from this machine is at work on a stack: waits for one that goes on, and ends what is left
 * of one whose engine was killed. Its provider plugins go on without it, for minutes, and nobody would learn what they did.
 * @param onProgress Told in words what is done.
 * @param stop Ends the waiting.
 * @param nowMs In milliseconds since 1970. Default: now.
 */
export async function seeToFormerRuns(
  records: RunRecords,
  onProgress: (words: string) => void,
  stop?: AbortSignal,
  nowMs: number = Date.now(),
): Promise<FormerRuns> {
  for (const record of records.all()) {
    if (!isUnderWay(record)) continue;
    onProgress(
      `another update of the stack is under way (process ${record.engine?.pid ?? record.owner.pid}): waiting for it`,
    );
    while (isUnderWay(record)) await delay(pollMs, undefined, stop === undefined ? {} : { signal: stop });
  }
  const ended = records.all().filter((record) => !isUnderWay(record));
  for (const record of ended) await endOrphans(record, onProgress);
  const [failed, cutOff] = [ended.filter(hasFailed), ended.filter((record) => !hasFailed(record))];
  const isOld = ({ failedAtMs = 0 }: RunRecord): boolean => nowMs - failedAtMs > failureTellsForMs;
  for (const record of failed.filter(isOld)) records.end(record);
  return { cutOff, failed: failed.filter((record) => !isOld(record)) };
}

const hasFailed = ({ failedAtMs }: RunRecord): boolean => failedAtMs !== undefined;

async function endOrphans({ id, command, failedAtMs }: RunRecord, onProgress: (words: string) => void): Promise<void> {
  const orphans = processesOfRun(id);
  if (orphans.length === 0) return;
  const end = failedAtMs === undefined ? "was killed" : "failed";
  onProgress(`ending what is left of pulumi ${command}, which ${end} (processes ${orphans.join(", ")})`);
  killProcesses(orphans);
  while (processesOfRun(id).length > 0) await delay(pollMs / 5);
}
