import { setTimeout as delay } from "node:timers/promises";

/** How long a condition is waited for, and what it is called when it does not come true. */
export interface WaitOptions {
  /** As the end of the sentence "waited 20 s for …". */
  readonly what: string;
  readonly timeoutMs: number;
  /** Default: 50, well under what anything waited for takes, and cheap. */
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A condition that did not come true in time. */
export class TimeoutError extends Error {
  constructor(what: string, timeoutMs: number) {
    super(`waited ${Math.round(timeoutMs / 1000)} s for ${what}`);
    this.name = "TimeoutError";
  }
}

/** Asks again and again until the condition holds. An error of the condition's ends the wait. */
export async function pollUntil(condition: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await condition()) return;
    if (performance.now() > deadline) throw new TimeoutError(options.what, options.timeoutMs);
    await delay(options.intervalMs ?? 50);
  }
}
