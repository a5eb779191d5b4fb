import type { EngineEvent } from "@pulumi/pulumi/automation";
import { withoutSecrets } from "../../topology";
import { subjectOf, type ChangeCounts, type Subject } from "../events";
import { isTree, type Properties } from "./properties";
import { stackType, type StackEvents } from "./recording";

/** `other` is a step that this version does not know; `none` one that changes nothing by itself. */
type Op = "create" | "update" | "replace" | "delete" | "same" | "other" | "none";

/** What the engine would do to one resource. */
export interface Step {
  readonly urn: string;
  readonly subject: Subject;
  readonly type: string;
  /** `replace` stands for all that a replacement is made of. */
  readonly op: Op;
  /** What was asked for last; undefined for what is new. */
  readonly before: Properties | undefined;
  /** What is asked for now; undefined for what goes. */
  readonly after: Properties | undefined;
  /** Paths that differ, as the provider sees it. */
  readonly paths: readonly string[];
  /** How they differ, as far as the provider says: `add`, `delete`, `update`, and the same with `-replace`. */
  readonly kinds: Readonly<Record<string, string>>;
  /** Paths because of which it is replaced. */
  readonly replacePaths: readonly string[];
  /** The former URN, where the resource was renamed. */
  readonly formerUrn: string | undefined;
  /** Whether what is deleted stays in the cluster, and is forgotten alone. */
  readonly isKept: boolean;
}

/** What a warning or an error is about. */
export interface Diagnostic {
  readonly severity: "warning" | "error";
  readonly subject: Subject | undefined;
  readonly message: string;
}

/** What previews of all stacks of a mesh told. */
export interface Preview {
  /** What changes, what only is named anew among it. */
  readonly steps: readonly Step[];
  /** Everything that was looked at, what stays as it is too. */
  readonly subjects: readonly Subject[];
  /** Names of the clusters in which something stands already. */
  readonly standing: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
  /** The stacks' outputs as the last update left them, laid over each other. */
  readonly lastOutputs: Properties;
  readonly counts: ChangeCounts;
  /** Whether every stack's preview ended well. */
  readonly isWhole: boolean;
}

/** The events of a preview are not all there: what they say is not what would change. */
export class IncompletePreview extends Error {
  constructor(stack: string, found: string) {
    super(
      `stack ${stack}: expected the events of a whole preview, found ${found}. Nothing can be said of what would change: run the preview again.`,
    );
    this.name = "IncompletePreview";
  }
}

const ops: Readonly<Record<string, Op>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  same: "same",
  read: "none",
  "read-discard": "none",
  refresh: "none",
};

/** Steps that a replacement is made of: it is told as a whole beside them. */
const partsOfReplacement: ReadonlySet<string> = new Set([
  "create-replacement",
  "delete-replaced",
  "read-replacement",
  "import-replacement",
  "discard-replaced",
  "remove-pending-replace",
]);

/** What is done to something that is there. */
const stands: ReadonlySet<Op> = new Set(["update", "replace", "delete", "same"]);

/** Whether a resource is something in a cluster, and no component or provider. */
function isObject(type: string): boolean {
  return !/^(isthmus:|pulumi:)/.test(type);
}

/**
 * Reads the events of previews. Pure.
 * @param failure Why a preview failed, where its events may not say it. Default: none did.
 * @throws IncompletePreview where events are missing and no error says why.
 */
export function readPreview(stacks: readonly StackEvents[], failure?: string): Preview {
  if (stacks.length === 0) throw new IncompletePreview("unknown", "none");
  const replaced = new Set(
    stacks
      .flatMap(({ events }) => events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []))
      .filter(({ op }) => op === "replace")
      .flatMap(({ urn, old }) => [urn, old?.urn ?? urn]),
  );
  const parts = stacks.map((stack) => readStack(stack, failure !== undefined, replaced));
  return {
    steps: parts.flatMap(({ steps }) => steps),
    subjects: parts.flatMap(({ subjects }) => subjects),
    standing: new Set(parts.flatMap(({ standing }) => [...standing])),
    diagnostics: parts.flatMap(({ diagnostics }) => diagnostics),
    lastOutputs: parts.reduce<Properties>((all, { lastOutputs }) => overlaid(all, lastOutputs), {}),
    counts: parts.reduce<ChangeCounts>((all, { counts }) => summed(all, counts), {}),
    isWhole: parts.every(({ isWhole }) => isWhole),
  };
}

/** @param replaced URNs of what is made anew, former ones too. */
function readStack({ stack, events }: StackEvents, isFailure: boolean, replaced: ReadonlySet<string>): Preview {
  const diagnostics = events.flatMap(diagnosticOf);
  const metadata = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const summary = events.find(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent;
  const failed = isFailure || diagnostics.some(({ severity }) => severity === "error");
  const counts = summary?.resourceChanges ?? {};
  if (!failed) {
    const missing = summary === undefined ? "no end of it" : miscounted(metadata, counts);
    if (missing !== undefined) throw new IncompletePreview(stack, missing);
  }
  const steps = metadata.map((step) => stepOf(step, replaced));
  return {
    steps: steps.filter(({ op, formerUrn }) => op !== "none" && (op !== "same" || formerUrn !== undefined)),
    standing: new Set(
      steps.filter(({ op, type }) => stands.has(op) && isObject(type)).flatMap(({ subject }) => subject.cluster ?? []),
    ),
    subjects: steps.map(({ subject }) => subject),
    diagnostics,
    lastOutputs: outputsIn(events),
    counts,
    isWhole: !failed,
  };
}

/** What the engine counted at the end must be what it told of on the way; undefined where it is. */
function miscounted(metadata: readonly Metadata[], counts: ChangeCounts): string | undefined {
  for (const [op, count] of Object.entries(counts)) {
    const told = metadata.filter((step) => step.op === op && step.logical === true && !isDefaultProvider(step)).length;
    if (told !== count) return `${String(told)} of ${String(count)} resources with the step ${op}`;
  }
  return undefined;
}

/** Providers that the engine makes by itself are told of and not counted (its engine/update.go, isDefaultProviderStep). */
function isDefaultProvider({ type, urn }: Metadata): boolean {
  return type.startsWith("pulumi:providers:") && /::default(_[\d_]+)?$/.test(urn);
}

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

function stepOf(step: Metadata, replaced: ReadonlySet<string>): Step {
  const { op, urn, type, old, new: fresh, detailedDiff, diffs, keys } = step;
  return {
    urn,
    subject: subjectOf(urn),
    type,
    op: partsOfReplacement.has(op) && replaced.has(urn) ? "none" : (ops[op] ?? "other"),
    before: old?.inputs,
    after: fresh?.inputs,
    paths: detailedDiff ? Object.keys(detailedDiff) : (diffs ?? []),
    kinds: Object.fromEntries(Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind])),
    // The engine's own mark of what is to be made anew stands as `id`; it is no reason.
    replacePaths: (keys ?? []).filter((path) => path !== "id"),
    formerUrn: old !== undefined && old.urn !== urn ? old.urn : undefined,
    isKept: old?.retainOnDelete === true,
  };
}

function diagnosticOf({ diagnosticEvent, policyEvent }: EngineEvent): Diagnostic[] {
  if (policyEvent !== undefined) {
    const { enforcementLevel, message, policyName, policyPackName, resourceUrn } = policyEvent;
    return [
      {
        severity: enforcementLevel === "mandatory" ? "error" : "warning",
        subject: resourceUrn === undefined ? undefined : subjectOf(resourceUrn),
        message: withoutSecrets(`policy ${policyPackName}/${policyName}: ${message.trim()}`),
      },
    ];
  }
  if (diagnosticEvent === undefined) return [];
  const { message, severity, urn, ephemeral } = diagnosticEvent;
  if ((severity !== "warning" && severity !== "error") || ephemeral === true || message.trim() === "") return [];
  return [
    {
      severity,
      subject: urn === undefined || urn === "" ? undefined : subjectOf(urn),
      message: withoutSecrets(message.trim()),
    },
  ];
}

/** The outputs that the stack had: the first event about it has them, a later one those of the preview. */
function outputsIn(events: readonly EngineEvent[]): Properties {
  const ofStack = events.flatMap(({ resOutputsEvent }) =>
    resOutputsEvent?.metadata.type === stackType ? [resOutputsEvent.metadata] : [],
  );
  return ofStack.find(({ old }) => Object.keys(old?.outputs ?? {}).length > 0)?.old?.outputs ?? {};
}

/** Outputs of several stacks as those of one: `clusters` of each beside those of the others. */
function overlaid(all: Properties, more: Properties): Properties {
  const entries = Object.entries(more).map(([key, value]) => {
    const known = all[key];
    return [key, isTree(known) && isTree(value) ? { ...known, ...value } : value] as const;
  });
  return { ...all, ...Object.fromEntries(entries) };
}

function summed(all: ChangeCounts, more: ChangeCounts): ChangeCounts {
  const keys = [...new Set([...Object.keys(all), ...Object.keys(more)])];
  return Object.fromEntries(keys.map((key) => [key, (all[key] ?? 0) + (more[key] ?? 0)]));
}
