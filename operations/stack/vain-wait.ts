import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Waits } from "../events";
import type { StackOptions } from "./stack-options";

const lookEveryMs = 1_000;

/** An update that ends by itself when all that it still does is to wait in vain. */
export interface EndingInVain<Options extends StackOptions> {
  /** By which the update is also told to end, as by a Ctrl-C: what has not begun yet does not begin. */
  readonly options: Options;
  /** To be told of all of the engine's events. */
  readonly take: (event: EngineEvent) => void;
  /** To be called when the update is over. */
  readonly end: () => void;
}

/**
 * Helm waits for five minutes whatever keeps the pods. An update of which nothing is left but waits that somebody must end
 * is told to end: Pulumi's provider then ends Helm's wait, marks the release as failed, and the next update goes on with it.
 */
export function endingInVain<Options extends StackOptions>(options: Options): EndingInVain<Options> {
  const waits = new Waits();
  const vain = new AbortController();
  const timer = setInterval(() => {
    if (vain.signal.aborted || !waits.areInVain(performance.now())) return;
    options.onProgress?.("what is still waited for does not come by waiting: the update ends");
    vain.abort();
  }, lookEveryMs);
  timer.unref();
  const stop = options.stop === undefined ? vain.signal : AbortSignal.any([options.stop, vain.signal]);
  return {
    options: { ...options, stop },
    take: (event) => {
      waits.take(event, performance.now());
    },
    end: () => {
      clearInterval(timer);
    },
  };
}
