import { errorMessage, withoutSecrets } from "../../topology";
import type { Operation } from "../events";

/** An operation was ended by its signal before it was done. What it had done stands; the next one goes on from there. */
export class OperationInterrupted extends Error {
  constructor(
    readonly operation: Operation,
    /** What the operation ended with. */
    override readonly cause: unknown,
  ) {
    super(`${operation} was interrupted`);
    this.name = "OperationInterrupted";
  }
}

/** An operation succeeded, and the listener of its events had thrown on the way: from then on it was told nothing. */
export class EventListenerError extends Error {
  constructor(
    readonly operation: Operation,
    /** What the listener threw. */
    override readonly cause: unknown,
    /** What the operation came to. */
    readonly result: unknown,
  ) {
    super(
      withoutSecrets(
        `${operation} succeeded, but the listener of its events threw and was told no more: ${errorMessage(cause)}`,
      ),
    );
    this.name = "EventListenerError";
  }
}
