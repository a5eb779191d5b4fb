import { dataWithoutSecrets } from "../../topology";
import type { MeshEvent, MeshEventBody } from "./mesh-event";

/** Told of what happens. What it throws ends nothing; see `EventSink.failure`. */
export type EventListener = (event: MeshEvent) => void;

/** Milliseconds of a clock that only goes forward. */
export type Clock = () => number;

/**
 * Where everything that works on one operation puts its events. Each is stamped with the time since the operation began.
 * A listener that throws is not called again, and the operation goes on: an update that is under way must not be lost
 * because of who watches it. No event leaves with what may be a secret in it, whoever's words it repeats.
 */
export class EventSink {
  private readonly startMs: number;
  private thrown: { readonly error: unknown } | undefined;

  constructor(
    private readonly listener: EventListener = () => undefined,
    private readonly now: Clock = () => performance.now(),
  ) {
    this.startMs = now();
  }

  /** Seconds since the operation began. */
  seconds(): number {
    return Math.round(this.now() - this.startMs) / 1000;
  }

  /** Tells the listener of an event of a stack. */
  emit(stack: string, body: MeshEventBody): void {
    this.guard(() => {
      this.listener({ ...dataWithoutSecrets(body), stack, seconds: this.seconds() });
    });
  }

  /** Tells something to another who watches, whom an error keeps from hearing more just the same. */
  guard(tell: () => void): void {
    if (this.thrown !== undefined) return;
    try {
      tell();
    } catch (error) {
      this.thrown = { error };
    }
  }

  /** What the listener threw; undefined where it threw nothing. */
  get failure(): { readonly error: unknown } | undefined {
    return this.thrown;
  }
}
