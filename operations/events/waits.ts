import type { EngineEvent } from "@pulumi/pulumi/automation";
import { stackType } from "../../engine/state";
import { toldCause } from "./causes";

/** A cause may be gone a moment after it was told: an image is pulled at the second try, a container starts at the third. */
const staysAtLeastMs = 25_000;

/** The program looks every three seconds; what it has not told for that long is a cause no more. */
const toldWithinMs = 15_000;

/** Beside what is waited for, nothing has begun or ended for that long: what the program itself waits for shows in no event. */
const quietForMs = 20_000;

interface ToldCause {
  /** When somebody was first told to do something about it, and when it was last seen. */
  readonly sinceMs: number;
  readonly seenMs: number;
}

/**
 * What an update is waiting for, by the engine's events. Where all that is under way is kept by something that somebody must
 * mend, the update waits in vain: it can be ended then, and nothing that goes well is cut off.
 */
export class Waits {
  private readonly underWay = new Set<string>();
  private readonly causes = new Map<string, ToldCause>();
  private lastStepMs = 0;

  /** Takes the engine's next event. */
  take(
    { diagnosticEvent: said, resOpFailedEvent, resOutputsEvent, resourcePreEvent }: EngineEvent,
    nowMs: number,
  ): void {
    // The stack itself is under way as long as the update is.
    const begun = resourcePreEvent?.metadata.type === stackType ? undefined : resourcePreEvent?.metadata.urn;
    const ended = (resOutputsEvent ?? resOpFailedEvent)?.metadata.urn;
    if (begun !== undefined) this.underWay.add(begun);
    if (ended !== undefined) {
      this.underWay.delete(ended);
      this.causes.delete(ended);
    }
    if (begun !== undefined || ended !== undefined) this.lastStepMs = nowMs;
    const told = toldCause(said)?.urn;
    if (told === undefined) return;
    // With every look of the program: what only passes it tells as no warning.
    this.causes.set(told, { sinceMs: this.causes.get(told)?.sinceMs ?? nowMs, seenMs: nowMs });
  }

  /** Whether nothing is under way but what somebody must do something about. */
  areInVain(nowMs: number): boolean {
    if (this.underWay.size === 0 || nowMs - this.lastStepMs < quietForMs) return false;
    return [...this.underWay].every((urn) => {
      const cause = this.causes.get(urn);
      return cause !== undefined && nowMs - cause.sinceMs >= staysAtLeastMs && nowMs - cause.seenMs <= toldWithinMs;
    });
  }
}
