import type { StateResource } from "./resource";

/** An operation that an update had begun when its state was written (sdk/go/common/apitype, OperationV2). */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, `reading` or `importing`. */
  readonly type: string;
  readonly resource: StateResource;
}

/** A stack's state, as `pulumi stack export` gives it under `deployment`. */
export interface ExportedState {
  readonly resources?: readonly StateResource[];
  /** Of an update that is under way, or that was killed. */
  readonly pending_operations?: readonly PendingOperation[];
}

/**
 * The state in what `pulumi stack export` writes. Pure.
 * @throws SyntaxError when that is cut off, as while another process writes it.
 */
export function parseExportedState(text: string): ExportedState {
  const { deployment } = JSON.parse(text) as { readonly deployment?: ExportedState | null };
  return deployment ?? {};
}

/**
 * Whether a state could not be read because it was just being written: a backend of files writes in place, and who reads
 * meanwhile finds it empty or cut off. Pure.
 * @param words What the reader said.
 */
export function isTornRead(words: string): boolean {
  return /\bEOF\b|unexpected end of JSON input|Unexpected end of JSON|failed to load checkpoint: .*JSON/i.test(words);
}

/** A state whose resources are yet to be looked at. */
export interface RawState {
  readonly resources?: readonly unknown[];
  readonly pending_operations?: readonly unknown[];
}
