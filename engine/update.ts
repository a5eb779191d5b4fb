import { setTimeout as delay } from "node:timers/promises";
import { overcomeHold } from "./lock";
import type { RunContext } from "./pulumi";
import { PulumiError } from "./pulumi-error";
import { seeToFormerRuns, type FormerRuns } from "./run";

/** What an update is run with, and how what holds its stack is got over. */
export interface UpdateContext extends RunContext {
  /** `pulumi cancel` of the stack, which runs also when everything else is to end. */
  readonly cancel: () => Promise<void>;
  readonly onProgress?: ((words: string) => void) | undefined;
}

/**
 * Runs what changes a stack once nobody else is at work on it: waits for those of this machine, takes away what one of them
 * left when it was killed, and says who holds it otherwise. One account for every backend that Pulumi has.
 * @param update Is told of earlier runs that were cut off or failed, none of whose processes lives.
 * @throws PulumiError when somebody else holds the stack, and what the update throws.
 */
export async function onceFree<T>(context: UpdateContext, update: (former: FormerRuns) => Promise<T>): Promise<T> {
  const { records, stop, kill, cancel, onProgress = () => undefined } = context;
  const beganAtMs = performance.now();
  for (;;) {
    const former = await seeToFormerRuns(records, onProgress, stop);
    const settle = (): void => {
      for (const record of [...former.cutOff, ...former.failed]) records.end(record);
    };
    try {
      const result = await update(former);
      settle();
      return result;
    } catch (error) {
      if (!(error instanceof PulumiError)) throw error;
      const isStopped = stop?.aborted === true || kill?.aborted === true;
      if (isStopped && error.signal !== undefined && error.hadBegun) await takeOwnLockAway(context);
      if (error.hadBegun && error.signal === undefined) settle();
      if (isStopped || error.hadBegun) throw error;
      const outcome = await overcomeHold(error.stderr, performance.now() - beganAtMs, {
        records,
        former,
        cancel,
        onProgress,
        stop,
      });
      if (outcome === "held" || outcome === "not held") throw error;
      // Another process may be just taking it: each looks again in its own time.
      await delay(Math.random() * 100);
    }
  }
}

/** Takes away the lock of our own update, which did not end when it was asked to and was killed. Nobody else can hold it. */
async function takeOwnLockAway({ cancel, onProgress }: UpdateContext): Promise<void> {
  onProgress?.("the update did not end in time and was killed: taking away its lock");
  await cancel();
}
