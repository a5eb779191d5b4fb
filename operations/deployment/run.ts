import type { EngineEvent } from "@pulumi/pulumi/automation";
import { errorMessage } from "../../topology";
import { EngineEvents, type EventSink, type Operation } from "../events";
import { diagnosticsIn, PulumiError, type Changes, type StackOptions } from "../stack";
import { eventOfLine, linesOf } from "./pulumi-text";

/** One operation on a mesh that is under way. */
export interface Run extends StackOptions {
  readonly operation: Operation;
  /** Where its events go. */
  readonly sink: EventSink;
  readonly onEngineEvent?: (stack: string, event: EngineEvent) => void;
  /** How many stacks are worked on at the same time, where there are several. */
  readonly parallel?: number;
}

/**
 * Works on one Pulumi stack and tells of it: that it begins, what the engine does, what Pulumi says beside that, and how
 * it ends. When the engine's events break off, the work goes on, and the end says that they did.
 * @param work Is given what the stack's operations are to be called with.
 * @returns What the work gives; undefined where there is no such stack.
 */
export async function onStack<T extends { readonly changes: Changes } | undefined>(
  run: Run,
  work: (options: StackOptions) => Promise<T>,
): Promise<T> {
  const { stack, sink } = run;
  const engine = new EngineEvents(sink, stack);
  const beganAt = sink.seconds();
  const took = (): number => Math.round((sink.seconds() - beganAt) * 1000) / 1000;
  const lines = (stream: "output" | "error output"): ((text: string) => void) =>
    linesOf((line) => {
      const event = eventOfLine(line, stream);
      if (event !== undefined) sink.emit(stack, event);
    });
  sink.emit(stack, { type: "stack-started" });
  try {
    const result = await work({
      ...run,
      onOutput: lines("output"),
      onErrorOutput: lines("error output"),
      onEvent: (event) => {
        sink.guard(() => run.onEngineEvent?.(stack, event));
        engine.take(event);
      },
    });
    if (result !== undefined && engine.progress !== "complete") {
      sink.emit(stack, { type: "diagnostic", severity: "warning", message: brokenOff });
    }
    sink.emit(stack, { type: "stack-ended", changes: result?.changes ?? {}, tookSeconds: took() });
    return result;
  } catch (error) {
    const isKilled = run.stop?.aborted === true || run.kill?.aborted === true;
    if (engine.progress === "under way" && !isKilled) tellWhatIsLost(run, error);
    sink.emit(stack, { type: "stack-failed", reason: reasonOf(error), tookSeconds: took() });
    throw error;
  }
}

const brokenOff = "Pulumi's events broke off: steps that were taken since then are not told";

/** The errors that the engine's events would have told, from what Pulumi wrote. */
function tellWhatIsLost({ stack, sink }: Run, error: unknown): void {
  sink.emit(stack, { type: "diagnostic", severity: "warning", message: brokenOff });
  if (!(error instanceof PulumiError)) return;
  for (const { message } of diagnosticsIn(error.stdout)) {
    sink.emit(stack, { type: "diagnostic", severity: "error", message });
  }
}

/** Why something failed, in a line. */
export function reasonOf(error: unknown): string {
  const message = errorMessage(error);
  return message.split("\n", 1)[0] ?? message;
}
