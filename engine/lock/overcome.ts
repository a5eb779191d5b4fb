import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { isPulumiProcess } from "../process/process-identity";
import type { FormerRuns, RunRecords } from "../run";
import { holdIn, lifeOf, type StackLock } from "./lock";

/** What became of a hold on a stack: it was none, we took it away, it may be gone by now, or somebody else's it is. */
export type HoldOutcome = "not held" | "released" | "waited" | "held";

/** What getting over a hold needs. */
export interface HoldContext {
  readonly records: RunRecords;
  readonly former: FormerRuns;
  /** `pulumi cancel` of the stack: takes all its locks away. */
  readonly cancel: () => Promise<void>;
  readonly onProgress: (words: string) => void;
  readonly stop?: AbortSignal | undefined;
}

const pollMs = 500;

/** Between two tries where only the service knows when an update that was killed counts as ended. */
const leasePollMs = 5_000;

/** The service keeps an update for five minutes after its last sign of life (pulumi, backend/httpstate: leases). */
const leaseHoldsMs = 6 * 60_000;

/**
 * Gets over what holds a stack, if that is safe: waits for a process of this machine that holds it, takes away the lock of
 * one that this machine started and that was killed. What is not known counts as at work.
 * @param words What Pulumi's CLI wrote to standard error.
 * @param heldForMs How long it has been held against us already.
 */
export async function overcomeHold(words: string, heldForMs: number, context: HoldContext): Promise<HoldOutcome> {
  const hold = holdIn(words);
  if (hold === undefined) return "not held";
  const { former, stop } = context;
  const pause = (ms: number): Promise<void> => delay(ms, undefined, stop === undefined ? {} : { signal: stop });
  if (hold.kind === "service") {
    if (former.cutOff.length === 0 || heldForMs > leaseHoldsMs) return "held";
    context.onProgress(
      "the service still has an update in progress, as after one from this machine that was killed: waiting until it counts as ended",
    );
    await pause(leasePollMs);
    return "waited";
  }
  const facts = { host: hostname(), cutOff: former.cutOff, isPulumi: isPulumiProcess };
  const lives = hold.locks.map((lock) => ({ lock, life: lifeOf(lock, facts) }));
  if (lives.length === 0 || lives.some(({ life }) => life === "not known")) return "held";
  const alive = lives.find(({ life }) => life === "alive")?.lock;
  if (alive === undefined) return takeAway(hold.locks, context);
  context.onProgress(`another update of the stack is under way (process ${alive.pid}): waiting for it`);
  while (lifeOf(alive, facts) === "alive") await pause(pollMs);
  return "waited";
}

/** All locks of a stack go at once: one process of this machine does it, once for each, and the others try again. */
async function takeAway(
  locks: readonly StackLock[],
  { records, cancel, onProgress }: HoldContext,
): Promise<HoldOutcome> {
  if (!locks.every(({ id }) => records.claim(id))) {
    await delay(pollMs);
    return "waited";
  }
  onProgress(`taking away the stack's lock: the update that held it (process ${locks[0]?.pid ?? 0}) was killed`);
  await cancel();
  return "released";
}
