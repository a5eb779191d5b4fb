import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Change, MeshEventBody, ResourceOfStep, Severity } from "./mesh-event";
import { subjectOf, urnParts } from "./subject";

/** What the translation of one event goes by, beside the event. */
export interface TranslationContext {
  /** When the steps that are under way began, in seconds, by URN and change. */
  readonly begun: ReadonlyMap<string, number>;
  /** The present time on the same clock. */
  readonly seconds: number;
}

/**
 * What the engine's operations are called. Those that are left out are no steps: `same` leaves a resource as it is,
 * `replace` stands for the two steps that a replacement is made of, and the others only change the engine's own notes.
 */
const changes: Readonly<Record<string, Change>> = {
  create: "create",
  update: "update",
  delete: "delete",
  "create-replacement": "replace",
  "delete-replaced": "delete-replaced",
  read: "read",
  "read-replacement": "read",
  refresh: "refresh",
  import: "import",
  "import-replacement": "import",
};

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/**
 * Says in the words of a mesh what the engine says in its own. Pure. Properties of resources are in no event; what looks
 * like a secret in a diagnostic the sink takes out: the engine masks only what it knows to be one.
 * @returns No event for what nobody need know, such as a resource that stays as it is.
 */
export function eventsOf(event: EngineEvent, context: TranslationContext): MeshEventBody[] {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, policyEvent } = event;
  if (resourcePreEvent !== undefined) return begunStep(resourcePreEvent.metadata, resourcePreEvent.planning === true);
  if (resOutputsEvent !== undefined) {
    if (resOutputsEvent.planning === true) return [];
    return endedStep("step-ended", resOutputsEvent.metadata, context);
  }
  if (resOpFailedEvent !== undefined) return endedStep("step-failed", resOpFailedEvent.metadata, context);
  if (diagnosticEvent !== undefined) return diagnostic(diagnosticEvent);
  if (policyEvent !== undefined) return [violation(policyEvent)];
  return [];
}

/** What tells the steps that are under way apart: a resource may be made anew and deleted in one update. */
export function stepKey({ urn, change }: { readonly urn: string; readonly change: Change }): string {
  return `${change} ${urn}`;
}

function begunStep(metadata: Metadata, isPlanned: boolean): MeshEventBody[] {
  const step = stepOf(metadata);
  return step === undefined ? [] : [{ type: isPlanned ? "step-planned" : "step-started", ...step }];
}

function endedStep(
  type: "step-ended" | "step-failed",
  metadata: Metadata,
  { begun, seconds }: TranslationContext,
): MeshEventBody[] {
  const step = refreshed(metadata, begun) ?? stepOf(metadata);
  if (step === undefined) return [];
  const since = begun.get(stepKey(step)) ?? seconds;
  return [{ type, ...step, tookSeconds: Math.round((seconds - since) * 1000) / 1000 }];
}

/** The end of a refresh is called by what was found. */
function refreshed(
  { op, urn }: Metadata,
  begun: TranslationContext["begun"],
): (ResourceOfStep & { readonly change: Change; readonly found?: "changed" | "gone" }) | undefined {
  const step = { ...subjectOf(urn), urn, change: "refresh" } as const;
  if (!begun.has(stepKey(step))) return undefined;
  const found = ({ update: "changed", delete: "gone" } as const)[op as string];
  return { ...step, ...(found === undefined ? {} : { found }) };
}

/** The step; undefined for what is none: components and providers only order what others do. */
function stepOf({ op, urn }: Metadata): (ResourceOfStep & { readonly change: Change }) | undefined {
  const change = changes[op];
  const type = urnParts(urn).types.at(-1) ?? "";
  if (change === undefined || type.startsWith("isthmus:") || type.startsWith("pulumi:")) return undefined;
  return { ...subjectOf(urn), urn, change };
}

const severities: Readonly<Record<string, Severity>> = {
  info: "info",
  "info#err": "info",
  warning: "warning",
  error: "error",
};

function diagnostic({
  urn = "",
  message,
  severity,
  ephemeral,
}: NonNullable<EngineEvent["diagnosticEvent"]>): MeshEventBody[] {
  const words = message.trim();
  const told = severities[severity];
  if (words === "" || told === undefined) return [];
  if (ephemeral === true) {
    return urn === "" ? [] : [{ type: "step-progressed", ...subjectOf(urn), urn, message: words }];
  }
  return [{ type: "diagnostic", severity: told, message: words, ...(urn === "" ? {} : { ...subjectOf(urn), urn }) }];
}

function violation({
  resourceUrn = "",
  message,
  policyName,
  policyPackName,
  enforcementLevel,
}: NonNullable<EngineEvent["policyEvent"]>): MeshEventBody {
  return {
    type: "diagnostic",
    severity: enforcementLevel === "mandatory" ? "error" : "warning",
    message: message.trim(),
    policy: `${policyPackName}/${policyName}`,
    ...(resourceUrn === "" ? {} : { ...subjectOf(resourceUrn), urn: resourceUrn }),
  };
}
