import { createHash } from "node:crypto";
import { ServiceError } from "./answer";

/** A state as the CLI hands it over and gets it back; what is in it is the CLI's. */
export interface UntypedDeployment {
  readonly version: number;
  readonly features?: readonly string[];
  readonly deployment?: { readonly resources?: readonly unknown[] } | null;
}

/** A state, and the text that the next difference is of; a state that came in another form has none. */
export interface Checkpoint {
  readonly state: UntypedDeployment;
  readonly text?: Buffer;
}

/** What a stack has that was never updated. */
export const emptyState: UntypedDeployment = {
  version: 3,
  deployment: { manifest: { time: "0001-01-01T00:00:00Z", magic: "", version: "" } } as object,
};

/** How many resources a state has. */
export function resourceCount({ deployment }: UntypedDeployment): number {
  return deployment?.resources?.length ?? 0;
}

/** A state that came whole. */
export function wholeCheckpoint(body: string): Checkpoint {
  const { version, features, deployment } = JSON.parse(body) as UntypedDeployment;
  return { state: { version, ...(features && { features }), ...(deployment && { deployment }) } };
}

const verbatimStart = '"untypedDeployment":';
const verbatimEnd = ',"sequenceNumber":';

/** A state that came to the byte, so that differences to it may follow. */
export function verbatimCheckpoint(body: string): Checkpoint {
  const text = body.slice(body.indexOf(verbatimStart) + verbatimStart.length, body.lastIndexOf(verbatimEnd));
  return { state: JSON.parse(text) as UntypedDeployment, text: Buffer.from(text) };
}

/** Which stack a state is of. */
export interface StackName {
  readonly project: string;
  readonly name: string;
}

/** A state as one of a stack that was renamed: its resources and its secrets say so. */
export function renamedState(state: UntypedDeployment, from: StackName, to: StackName): UntypedDeployment {
  const urns = ({ name, project }: StackName): string => `urn:pulumi:${name}::${project}::`;
  const renamed = JSON.parse(JSON.stringify(state).replaceAll(urns(from), urns(to))) as UntypedDeployment;
  const { secrets_providers: provider } = (renamed.deployment ?? {}) as {
    secrets_providers?: { type: string; state: object };
  };
  if (provider?.type === "service") Object.assign(provider.state, { project: to.project, stack: to.name });
  return renamed;
}

/** A change of text, at offsets in bytes. */
interface Edit {
  readonly Span: { readonly start: { readonly offset: number }; readonly end: { readonly offset: number } };
  readonly NewText: string;
}

/**
 * A state that came as a difference.
 * @throws ServiceError when it is none to the last one, upon which the CLI sends the whole.
 */
export function deltaCheckpoint({ text }: Checkpoint, body: string): Checkpoint {
  const { checkpointHash, deploymentDelta } = JSON.parse(body) as { checkpointHash: string; deploymentDelta: Edit[] };
  if (text === undefined) throw new ServiceError(400, "Bad Request: there is no checkpoint to apply a difference to");
  const parts: Buffer[] = [];
  let taken = 0;
  for (const { Span, NewText } of [...deploymentDelta].sort((a, b) => a.Span.start.offset - b.Span.start.offset)) {
    parts.push(text.subarray(taken, Span.start.offset), Buffer.from(NewText));
    taken = Span.end.offset;
  }
  const next = Buffer.concat([...parts, text.subarray(taken)]);
  if (createHash("sha256").update(next).digest("hex") !== checkpointHash) {
    throw new ServiceError(400, "Bad Request: the checkpoint's hash does not match");
  }
  return { state: JSON.parse(next.toString()) as UntypedDeployment, text: next };
}
