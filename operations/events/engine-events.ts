import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { EventSink } from "./event-sink";
import { eventsOf, stepKey } from "./translate";

/** Puts what the engine does with one stack into a sink, in the words of a mesh. One for each run of the engine. */
export class EngineEvents {
  private readonly begun = new Map<string, number>();
  private state: "not begun" | "under way" | "complete" = "not begun";

  constructor(
    private readonly sink: EventSink,
    private readonly stack: string,
  ) {}

  /** Takes the engine's next event: to be given to Pulumi as `onEvent`. */
  readonly take = (event: EngineEvent): void => {
    // The engine's last event, of an operation that succeeds, fails or is cancelled alike.
    this.state = event.cancelEvent === undefined ? "under way" : "complete";
    const context = { begun: this.begun, seconds: this.sink.seconds() };
    for (const body of eventsOf(event, context)) {
      if (body.type === "step-started") this.begun.set(stepKey(body), context.seconds);
      this.sink.emit(this.stack, body);
      if (body.type === "step-ended" || body.type === "step-failed") this.begun.delete(stepKey(body));
    }
  };

  /** How far the engine is: `under way` for good where it was killed, and where its stream of events broke. */
  get progress(): "not begun" | "under way" | "complete" {
    return this.state;
  }
}
