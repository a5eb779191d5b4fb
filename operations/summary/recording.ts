import type { EngineEvent } from "@pulumi/pulumi/automation";

/** What the engine told of a preview of one stack. */
export interface StackEvents {
  /** The stack's name. */
  readonly stack: string;
  readonly events: readonly EngineEvent[];
}

/** A warning about the machine that the preview runs on, with a path of it. */
const aboutPlugins = /^using pulumi-\S+ from \$PATH/;

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** Type of the resource whose outputs are the stack's. */
export const stackType = "pulumi:pulumi:Stack";

/**
 * The part of an engine's event that a summary is made from; undefined for an event that it needs nothing of. A preview of
 * 160 clusters tells some hundred megabytes, of which this keeps what differs. Pure; idempotent.
 */
export function condensed(event: EngineEvent): EngineEvent | undefined {
  const { sequence, timestamp, resourcePreEvent, resOutputsEvent, diagnosticEvent } = event;
  const stamp = { sequence, timestamp };
  if (resourcePreEvent !== undefined) {
    return { ...stamp, resourcePreEvent: { metadata: condensedStep(resourcePreEvent.metadata), planning: true } };
  }
  if (resOutputsEvent !== undefined) {
    if (resOutputsEvent.metadata.type !== stackType) return undefined;
    return { ...stamp, resOutputsEvent: { metadata: lastOutputsAlone(resOutputsEvent.metadata), planning: true } };
  }
  if (diagnosticEvent !== undefined) {
    const { severity, ephemeral, message } = diagnosticEvent;
    const isTold = ["warning", "error"].includes(severity) && ephemeral !== true && !aboutPlugins.test(message);
    return isTold ? event : undefined;
  }
  // The configuration stands in it.
  if (event.preludeEvent !== undefined) return { ...stamp, preludeEvent: { config: {} } };
  return event.stdoutEvent === undefined && event.startDebuggingEvent === undefined ? event : undefined;
}

/** Keeps the condensed events of one preview, as they come. */
export class Recording {
  private readonly kept: EngineEvent[] = [];

  constructor(private readonly stack: string) {}

  /** Takes the engine's next event: to be given to Pulumi as `onEvent`. */
  readonly take = (event: EngineEvent): void => {
    const part = condensed(event);
    if (part !== undefined) this.kept.push(part);
  };

  /** What was told so far. */
  get events(): StackEvents {
    return { stack: this.stack, events: this.kept };
  }
}

function condensedStep({ op, urn, type, logical, old, new: fresh, keys, diffs, detailedDiff }: Metadata): Metadata {
  const isSame = op === "same" && (old === undefined || old.urn === urn);
  return {
    op,
    urn,
    type,
    provider: "",
    ...(logical === undefined ? {} : { logical }),
    ...(old && !isSame ? { old: { ...identity(old), inputs: old.inputs } } : {}),
    ...(fresh && !isSame ? { new: { ...identity(fresh), inputs: fresh.inputs } } : {}),
    ...(keys && !isSame ? { keys } : {}),
    ...(diffs && !isSame ? { diffs } : {}),
    ...(detailedDiff && !isSame ? { detailedDiff } : {}),
  };
}

/** Of a stack only what its last update said counts. */
function lastOutputsAlone({ op, urn, type, old }: Metadata): Metadata {
  return { op, urn, type, provider: "", ...(old ? { old: { ...identity(old), outputs: old.outputs } } : {}) };
}

type State = NonNullable<Metadata["old"]>;

/** A state without what nobody needs; its type wants it named. */
function identity({ type, urn, retainOnDelete }: State): State {
  const isKept = retainOnDelete === true ? { retainOnDelete } : {};
  return { type, urn, id: "", parent: "", provider: "", ...isKept, inputs: {}, outputs: {} };
}
