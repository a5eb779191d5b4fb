import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Causes } from "./causes";
import type { EventSink } from "./event-sink";
import type { MeshEventBody } from "./mesh-event";
import { eventsOf, stepKey } from "./translate";
import { saysUnreachable } from "./unreachable";

/** Puts what the engine does with one stack into a sink, in the words of a mesh. One for each run of the engine. */
export class EngineEvents {
  private readonly begun = new Map<string, number>();
  /** Clusters of which it is told that they cannot be asked. */
  private readonly silent = new Set<string>();
  private readonly causes = new Causes();
  private state: "not begun" | "under way" | "complete" = "not begun";

  constructor(
    private readonly sink: EventSink,
    private readonly stack: string,
  ) {}

  /** Takes the engine's next event: to be given to Pulumi as `onEvent`. */
  readonly take = (event: EngineEvent): void => {
    // The engine's last event, of an operation that succeeds, fails or is cancelled alike.
    this.state = event.cancelEvent === undefined ? "under way" : "complete";
    this.causes.take(event);
    const context = { begun: this.begun, seconds: this.sink.seconds() };
    for (const body of eventsOf(event, context).flatMap((one) => this.oncePerCluster(this.withCause(one)))) {
      if (body.type === "step-started") this.begun.set(stepKey(body), context.seconds);
      this.sink.emit(this.stack, body);
      if (body.type === "step-ended" || body.type === "step-failed") this.begun.delete(stepKey(body));
    }
  };

  /** What only follows from a cause, such as a deadline that passed, is told as that. */
  private withCause(body: MeshEventBody): MeshEventBody {
    if (body.type !== "diagnostic" || body.severity !== "error") return body;
    const cause = this.causes.of(body.urn);
    return cause === undefined ? body : { ...body, message: cause };
  }

  /** The provider says of each resource of a cluster that it cannot ask that it leaves it alone, in its own jargon. */
  private oncePerCluster(body: MeshEventBody): MeshEventBody[] {
    if (body.type !== "diagnostic" || body.severity !== "warning" || body.cluster === undefined) return [body];
    const { cluster, message, severity, type } = body;
    if (!saysUnreachable(message)) return [body];
    if (this.silent.has(cluster)) return [];
    this.silent.add(cluster);
    return [{ type, severity, cluster, message: "Pulumi's provider cannot ask it: everything in it stays as it is" }];
  }

  /** How far the engine is: `under way` for good where it was killed, and where its stream of events broke. */
  get progress(): "not begun" | "under way" | "complete" {
    return this.state;
  }
}
