import type { Stack } from "@pulumi/pulumi/automation";
import type { ClusterAccess } from "../../access";
import { sitesOf } from "../../topology";
import { leftLock, overcomeLock } from "../../engine/lock/lock";
import { PulumiError } from "../../engine/pulumi";
import { recover } from "./recover";
import { selectStack, type StackOptions } from "./workspace";

/** More often nothing that we do makes a stack fit: a lock that is waited for, one that is taken away, the rest cleared. */
const maximumAttempts = 4;

/**
 * Runs an update; when the last one was killed, clears away what it left behind and tries again.
 * @param clusters Those that answer; what was begun in others stays recorded.
 */
export async function afterRecovery<T>(
  stack: Stack,
  options: StackOptions,
  clusters: ReadonlyMap<string, ClusterAccess>,
  update: () => Promise<T>,
): Promise<T> {
  let isRefreshed = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await update();
    } catch (error) {
      if (!(error instanceof PulumiError)) throw error;
      if (options.stop?.aborted === true && leftLock(error)) await takeOwnLockAway(options);
      // Once it is killed nothing more begins: the next update clears away what this one left.
      const isEnded = options.stop?.aborted === true || options.kill?.aborted === true;
      if (isEnded || attempt === maximumAttempts) throw error;
      if (await madeFit(stack, error, clusters, options)) continue;
      if (isRefreshed || !missesRelease(error)) throw error;
      options.onProgress?.("a Helm release that the stack's state has is gone: looking what there is");
      await stack.refresh({ onOutput: () => undefined });
      isRefreshed = true;
    }
  }
}

/** Whether Helm knows no release of a name, as after a deletion that ended just before Pulumi could note it. */
function missesRelease({ stdout }: PulumiError): boolean {
  return stdout.includes("release: not found");
}

/** Takes away the lock of our own update, which did not end when it was asked to and was killed. */
async function takeOwnLockAway(options: StackOptions): Promise<void> {
  options.onProgress?.("the update did not end in time and was killed: taking away its lock");
  // With a signal that has been given no other command would run.
  const unstoppable = { ...options, stop: new AbortController().signal };
  await (await selectStack(unstoppable))?.cancel();
}

/** Whether there was something to get over, so that the update is worth another try. */
async function madeFit(
  stack: Stack,
  error: PulumiError,
  clusters: ReadonlyMap<string, ClusterAccess>,
  { plan, onProgress, stop }: StackOptions,
): Promise<boolean> {
  const outcome = await overcomeLock(stack, error, onProgress, stop);
  if (outcome === "held") return false;
  if (outcome === "waited") return true;
  // Without a lock no update is under way, and what is recorded as begun was begun by one that was killed.
  const silent = new Set(sitesOf(plan).flatMap(({ name }) => (clusters.has(name) ? [] : [name])));
  const recovered = await recover(stack, clusters, silent, onProgress);
  return recovered || outcome === "released";
}
