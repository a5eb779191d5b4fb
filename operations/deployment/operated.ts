import { EventSink, type OperationStarted } from "../events";
import { EventListenerError, OperationInterrupted } from "./failures";
import type { OperationOptions } from "./options";
import { reasonOf } from "./run";

/** An operation that is to begin. */
export interface Begun extends Omit<OperationStarted, "type"> {
  /** Name of the stack; empty where there is none. */
  readonly stack: string;
}

/**
 * Runs an operation, from its first event to its last.
 * @throws OperationInterrupted when its signals end it.
 * @throws EventListenerError when all is done but the listener threw.
 */
export async function operated<T>(
  { stack, ...started }: Begun,
  { killSignal, onEvent, signal }: Pick<OperationOptions, "killSignal" | "onEvent" | "signal">,
  action: (sink: EventSink) => Promise<T>,
): Promise<T> {
  const { operation } = started;
  const sink = new EventSink(onEvent);
  const isEnded = (): boolean => signal?.aborted === true || killSignal?.aborted === true;
  sink.emit(stack, { type: "operation-started", ...started });
  let result: T;
  try {
    if (isEnded()) throw new OperationInterrupted(operation, signal?.reason ?? killSignal?.reason);
    result = await action(sink);
  } catch (error) {
    const outcome = isEnded() ? "interrupted" : "failed";
    sink.emit(stack, { type: "operation-ended", operation, outcome, reason: reasonOf(error) });
    throw isEnded() && !(error instanceof OperationInterrupted) ? new OperationInterrupted(operation, error) : error;
  }
  sink.emit(stack, { type: "operation-ended", operation, outcome: "succeeded" });
  if (sink.failure !== undefined) throw new EventListenerError(operation, sink.failure.error, result);
  return result;
}
